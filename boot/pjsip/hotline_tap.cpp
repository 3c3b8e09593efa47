/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pjsua2/hotline_tap.hpp>

#include <algorithm>
#include <cstring>

#include "util.hpp"

#define THIS_FILE "hotline_tap.cpp"

using namespace pj;

HotlineTap::HotlineTap(unsigned clock_rate, unsigned keeps_ms) PJSUA2_THROW(Error)
    : HotlinePort("tap%p", clock_rate, 512), ring((size_t)clock_rate * keeps_ms / 1000),
      written(0), read(0), dropped(0)
{
    if (ring.empty())
        PJSUA2_RAISE_ERROR(PJ_EINVAL);
    join(PJMEDIA_SIG_CLASS_APP('T', 'A', 'P'), PJMEDIA_DIR_ENCODING);
}

HotlineTap::~HotlineTap()
{
    close();
}

void HotlineTap::put(const int16_t *frame, unsigned count)
{
    const uint64_t end = written.load(std::memory_order_relaxed);
    const uint64_t room = ring.size() - (end - read.load(std::memory_order_acquire));

    if (count > room) {
        dropped.fetch_add(count - (unsigned)room, std::memory_order_relaxed);
        count = (unsigned)room;
    }
    const size_t place = end % ring.size();
    const size_t first = std::min((size_t)count, ring.size() - place);
    std::memcpy(&ring[place], frame, first * 2);
    std::memcpy(&ring[0], frame + first, (count - first) * 2);
    written.store(end + count, std::memory_order_release);
}

unsigned HotlineTap::waiting() const
{
    return (unsigned)(written.load(std::memory_order_acquire)
                      - read.load(std::memory_order_relaxed));
}

unsigned HotlineTap::take(int16_t *samples, unsigned most)
{
    const uint64_t begin = read.load(std::memory_order_relaxed);
    const unsigned count = std::min(waiting(), most);
    const size_t place = begin % ring.size();
    const size_t first = std::min((size_t)count, ring.size() - place);

    std::memcpy(samples, &ring[place], first * 2);
    std::memcpy(samples + first, &ring[0], (count - first) * 2);
    read.store(begin + count, std::memory_order_release);
    return count;
}

unsigned long HotlineTap::lost() const
{
    return dropped.load(std::memory_order_relaxed);
}
