/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pj/hotline_names.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include <pj/addr_resolv.h>
#include <pj/assert.h>
#include <pj/errno.h>
#include <pj/string.h>

#define NAME_SIZE 254 /* RFC 1035: 253 characters, and the NUL */
#define MISSING_MAX 16

struct entry {
    char name[NAME_SIZE];
    struct in_addr address;
};

struct table {
    struct entry list[HOTLINE_NAMES_MAX];
    unsigned count;
};

static struct table known;
static char missing[MISSING_MAX][NAME_SIZE];
static unsigned missing_count;
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;

static int copy_text(char *to, size_t size, const char *text, size_t length)
{
    if (length == 0 || length >= size || memchr(text, '\0', length))
        return -1;
    memcpy(to, text, length);
    to[length] = '\0';
    return 0;
}

static int add_entry(struct table *to, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    struct entry *entry = &to->list[to->count];
    char address[INET_ADDRSTRLEN];
    size_t name_length;

    if (!equals || to->count >= HOTLINE_NAMES_MAX)
        return -1;
    name_length = (size_t)(equals - text);
    if (copy_text(entry->name, sizeof(entry->name), text, name_length) != 0 ||
        copy_text(address, sizeof(address), equals + 1, length - name_length - 1) != 0 ||
        inet_pton(AF_INET, address, &entry->address) != 1)
        return -1;
    to->count++;
    return 0;
}

int hotline_names_set(const char *csv)
{
    struct table fresh;

    fresh.count = 0;
    while (*csv != '\0') {
        size_t length = strcspn(csv, ",");

        if (add_entry(&fresh, csv, length) != 0)
            return -1;
        csv += length;
        if (*csv == ',' && *++csv == '\0')
            return -1;
    }
    pthread_mutex_lock(&names_lock);
    known = fresh;
    pthread_mutex_unlock(&names_lock);
    return 0;
}

static const struct entry *look_up(const char *name)
{
    unsigned i;

    for (i = 0; i < known.count; i++)
        if (strcasecmp(known.list[i].name, name) == 0)
            return &known.list[i];
    return NULL;
}

static void remember(const char *name)
{
    unsigned i;

    for (i = 0; i < missing_count; i++)
        if (strcasecmp(missing[i], name) == 0)
            return;
    if (missing_count < MISSING_MAX)
        copy_text(missing[missing_count++], NAME_SIZE, name, strlen(name));
}

int hotline_names_find(const char *name, size_t length, void *address)
{
    const struct entry *found;
    char text[NAME_SIZE];

    if (copy_text(text, sizeof(text), name, length) != 0)
        return -1;
    if (inet_pton(AF_INET, text, address) == 1)
        return 0;
    pthread_mutex_lock(&names_lock);
    found = look_up(text);
    if (found)
        memcpy(address, &found->address, sizeof(found->address));
    else
        remember(text);
    pthread_mutex_unlock(&names_lock);
    return found ? 0 : -1;
}

void hotline_names_missing(char *buffer, size_t size)
{
    size_t used = 0;
    unsigned i;

    pthread_mutex_lock(&names_lock);
    for (i = 0; i < missing_count; i++) {
        size_t length = strlen(missing[i]);

        if (used + length + 2 > size)
            break;
        if (used > 0)
            buffer[used++] = ',';
        memcpy(buffer + used, missing[i], length);
        used += length;
    }
    missing_count = 0;
    pthread_mutex_unlock(&names_lock);
    buffer[used] = '\0';
}

/*
 * What PJLIB's own addr_resolv_sock.c, which asks the system's resolver, offers
 * to the rest of PJSIP; this file is compiled instead of it.
 */
PJ_DEF(pj_status_t) pj_getaddrinfo(int af, const pj_str_t *name, unsigned *count, pj_addrinfo ai[])
{
    pj_str_t canonical = {ai[0].ai_canonname, 0};

    PJ_ASSERT_RETURN(name && count && *count && ai, PJ_EINVAL);
    *count = 0;
    if (af == PJ_AF_INET6 || name->slen <= 0)
        return PJ_ERESOLVE;
    pj_bzero(&ai[0], sizeof(ai[0]));
    pj_sockaddr_init(PJ_AF_INET, &ai[0].ai_addr, NULL, 0);
    if (hotline_names_find(name->ptr, (size_t)name->slen, &ai[0].ai_addr.ipv4.sin_addr) != 0)
        return PJ_ERESOLVE;
    pj_strncpy_with_null(&canonical, name, sizeof(ai[0].ai_canonname));
    *count = 1;
    return PJ_SUCCESS;
}

PJ_DEF(pj_status_t) pj_gethostbyname(const pj_str_t *name, pj_hostent *he)
{
    PJ_UNUSED_ARG(name);
    PJ_UNUSED_ARG(he);
    return PJ_ERESOLVE;
}
