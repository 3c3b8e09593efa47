"""What the office is told about numbers, minutes and PINs: who may be rung, what was refused."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.inbox.label import label
from hotline.notify.words import About, Words
from hotline.numbering import mask


@dataclass(frozen=True)
class _Phrases:
    confirmed: str
    confirmed_body: str
    not_confirmed: str
    not_confirmed_body: str
    not_rung: str
    not_rung_body: str
    refused: str
    refused_body: str
    breach: str
    breach_body: str
    resumed: str
    resumed_body: str
    loop: str
    loop_body: str
    staff_shut: str
    staff_shut_body: str


_ENGLISH = _Phrases(
    confirmed="A new telephone may now receive callers: {number} ({name})",
    confirmed_body="{by} had the box call this telephone, and the right code was pressed there. If"
    " nobody of you did that, take the number back on the page People.",
    not_confirmed="A telephone was not confirmed: {number} ({name})",
    not_confirmed_body="{by} had the box call this telephone, but the right code was not pressed"
    " there. No callers are sent to it.",
    not_rung="{name} was not rung: the number {number} is not confirmed",
    not_rung_body="A caller would have been sent there. Have the number confirmed on the page"
    " People; until then the next person is rung, or the caller leaves a message.",
    refused="The box was to dial {number} and refused",
    refused_body="It never dials such a number: abroad, dear, or nobody's who is known here. If"
    " this was not one of you, change the password of the page.",
    breach="The minutes of forwarded calls are used up: {minutes} today",
    breach_body="Callers are not sent to telephones any more; they leave messages. If these were"
    " your own calls, allow some more on the page People. If not, change the password of the page.",
    resumed="{minutes} more minutes for forwarded calls today",
    resumed_body="Allowed by {by}. That is possible once a day.",
    loop="{name}'s telephone is diverted to the hotline itself",
    loop_body="Calls that are sent there come back to us. Take the divert off that telephone;"
    " until then the next person is rung.",
    staff_shut="The staff's menu by telephone is shut: too many wrong PINs",
    staff_shut_body="Somebody guessed at PINs. Nobody is let in by telephone until one of you opens"
    " the menu again, on the page People or with: hotline staff unlock. Texts, the page and callers"
    " are not affected.",
)
_RUSSIAN = _Phrases(
    confirmed="Новый телефон может принимать звонки: {number} ({name})",
    confirmed_body="По просьбе {by} на этот телефон был сделан звонок, и там набрали верный код."
    " Если никто из вас этого не делал, отзовите номер на странице «Люди».",
    not_confirmed="Телефон не подтверждён: {number} ({name})",
    not_confirmed_body="По просьбе {by} на этот телефон был сделан звонок, но верный код там не"
    " набрали. Звонящих туда не переводят.",
    not_rung="{name}: звонок не переведён, номер {number} не подтверждён",
    not_rung_body="Туда перевели бы звонящего. Подтвердите номер на странице «Люди»; до этого"
    " звонит телефон следующего сотрудника или звонящий оставляет сообщение.",
    refused="Отказано в звонке на номер {number}",
    refused_body="На такие номера звонков не бывает: за границу, на платные или здесь неизвестные."
    " Если это сделал не кто-то из вас, смените пароль страницы.",
    breach="Минуты переведённых звонков на сегодня исчерпаны: {minutes}",
    breach_body="Звонки больше не переводятся, звонящие оставляют сообщения. Если это были ваши"
    " звонки, добавьте минут на странице «Люди». Если нет, смените пароль страницы.",
    resumed="Ещё минут переведённых звонков на сегодня: {minutes}",
    resumed_body="Разрешил(а) {by}. Это возможно один раз в день.",
    loop="{name}: телефон переадресован на саму горячую линию",
    loop_body="Звонки, которые туда переводятся, возвращаются к нам. Отключите на нём"
    " переадресацию; до этого звонит телефон следующего сотрудника.",
    staff_shut="Меню сотрудников по телефону закрыто: слишком много неверных ПИН-кодов",
    staff_shut_body="Кто-то подбирал ПИН-коды. По телефону в меню никого не пустят, пока кто-то из"
    " вас не откроет его снова: на странице «Люди» или командой hotline staff unlock. СМС, страница"
    " и звонящие работают как обычно.",
)
_UKRAINIAN = _Phrases(
    confirmed="Новий телефон може приймати дзвінки: {number} ({name})",
    confirmed_body="На прохання {by} на цей телефон було зроблено дзвінок, і там набрали правильний"
    " код. Якщо ніхто з вас цього не робив, відкличте номер на сторінці «Люди».",
    not_confirmed="Телефон не підтверджено: {number} ({name})",
    not_confirmed_body="На прохання {by} на цей телефон було зроблено дзвінок, але правильного коду"
    " там не набрали. Дзвінків туди не переводять.",
    not_rung="{name}: дзвінок не переведено, номер {number} не підтверджено",
    not_rung_body="Туди перевели б того, хто дзвонить. Підтвердьте номер на сторінці «Люди»; доти"
    " дзвонить телефон наступного працівника або людина залишає повідомлення.",
    refused="Відмовлено в дзвінку на номер {number}",
    refused_body="На такі номери дзвінків не буває: за кордон, на платні або тут невідомі. Якщо це"
    " зробив не хтось із вас, змініть пароль сторінки.",
    breach="Хвилини переведених дзвінків на сьогодні вичерпано: {minutes}",
    breach_body="Дзвінки більше не переводяться, люди залишають повідомлення. Якщо це були ваші"
    " дзвінки, додайте хвилин на сторінці «Люди». Якщо ні, змініть пароль сторінки.",
    resumed="Ще хвилин переведених дзвінків на сьогодні: {minutes}",
    resumed_body="Дозволив(ла) {by}. Це можливо один раз на день.",
    loop="{name}: телефон переадресовано на саму гарячу лінію",
    loop_body="Дзвінки, які туди переводяться, повертаються до нас. Вимкніть на ньому"
    " переадресацію; доти дзвонить телефон наступного працівника.",
    staff_shut="Меню працівників телефоном закрито: забагато неправильних ПІН-кодів",
    staff_shut_body="Хтось підбирав ПІН-коди. Телефоном у меню нікого не пустять, доки хтось із вас"
    " не відкриє його знову: на сторінці «Люди» або командою hotline staff unlock. СМС, сторінка і"
    " дзвінки працюють як завжди.",
)
_ROMANIAN = _Phrases(
    confirmed="Un telefon nou poate primi apeluri: {number} ({name})",
    confirmed_body="La cererea {by} s-a sunat la acest telefon și acolo s-a format codul corect."
    " Dacă nu a fost niciunul dintre dvs., retrageți numărul pe pagina „Oameni”.",
    not_confirmed="Un telefon nu a fost confirmat: {number} ({name})",
    not_confirmed_body="La cererea {by} s-a sunat la acest telefon, dar acolo nu s-a format codul"
    " corect. Apelurile nu ajung acolo.",
    not_rung="{name}: apelul nu a fost transferat, numărul {number} nu este confirmat",
    not_rung_body="Un apelant ar fi fost transferat acolo. Confirmați numărul pe pagina „Oameni”;"
    " până atunci sună telefonul următorului coleg sau apelantul lasă un mesaj.",
    refused="S-a refuzat un apel la numărul {number}",
    refused_body="La asemenea numere nu se sună: în străinătate, cu suprataxă sau necunoscute aici."
    " Dacă nu a fost unul dintre dvs., schimbați parola paginii.",
    breach="Minutele apelurilor transferate s-au terminat pentru azi: {minutes}",
    breach_body="Apelurile nu se mai transferă, iar apelanții lasă mesaje. Dacă au fost apelurile"
    " dvs., adăugați minute pe pagina „Oameni”. Dacă nu, schimbați parola paginii.",
    resumed="Încă minute pentru apeluri transferate azi: {minutes}",
    resumed_body="Permis de {by}. Este posibil o dată pe zi.",
    loop="{name}: telefonul este redirecționat chiar către linia fierbinte",
    loop_body="Apelurile transferate acolo se întorc la noi. Opriți redirecționarea pe acel"
    " telefon; până atunci sună telefonul următorului coleg.",
    staff_shut="Meniul personalului prin telefon este închis: prea multe PIN-uri greșite",
    staff_shut_body="Cineva a încercat să ghicească PIN-uri. Nimeni nu mai intră în meniu prin"
    " telefon până când unul dintre dvs. îl deschide din nou: pe pagina „Oameni” sau cu comanda"
    " hotline staff unlock. SMS-urile, pagina și apelanții nu sunt afectați.",
)
_PHRASES = {"en": _ENGLISH, "ru": _RUSSIAN, "uk": _UKRAINIAN, "ro": _ROMANIAN}


def about_confirmed(number: str, name: str, by: str, about: About, *, well: bool) -> Words:
    """A telephone was confirmed, or it was tried and was not."""
    phrases = _phrases(about)
    subject, body = (
        (phrases.confirmed, phrases.confirmed_body)
        if well
        else (phrases.not_confirmed, phrases.not_confirmed_body)
    )
    return _words(subject, body, about, number=mask(number), name=label(name), by=label(by))


def about_not_rung(number: str, name: str, about: About) -> Words:
    """Somebody on duty was not rung for a caller: the number is not confirmed."""
    phrases, values = _phrases(about), {"number": mask(number), "name": label(name)}
    return _words(phrases.not_rung, phrases.not_rung_body, about, **values)


def about_refused(number: str, about: About) -> Words:
    """A number was to be dialled that the box never dials. number: as it was written, untrusted."""
    phrases = _phrases(about)
    return _words(phrases.refused, phrases.refused_body, about, number=label(number, 40))


def about_breach(minutes: float, about: About) -> Words:
    """Forwarding stopped: the day's minutes are used up."""
    phrases = _phrases(about)
    return _words(phrases.breach, phrases.breach_body, about, minutes=f"{minutes:.0f}")


def about_resumed(minutes: float, by: str, about: About) -> Words:
    """And was allowed to go on."""
    phrases, values = _phrases(about), {"minutes": f"{minutes:.0f}", "by": label(by)}
    return _words(phrases.resumed, phrases.resumed_body, about, **values)


def about_loop(name: str, about: About) -> Words:
    """A person's telephone sends the calls of the box back to the box."""
    phrases = _phrases(about)
    return _words(phrases.loop, phrases.loop_body, about, name=label(name))


def about_staff_shut(about: About) -> Words:
    """Too many PINs were wrong: nobody is let into the staff's menu by telephone."""
    phrases = _phrases(about)
    return _words(phrases.staff_shut, phrases.staff_shut_body, about)


def _phrases(about: About) -> _Phrases:
    return _PHRASES.get(about.language, _ENGLISH)


def _words(subject: str, body: str, about: About, **values: str) -> Words:
    """The body repeats the subject: some readers show only one of them."""
    title, said = subject.format(**values), body.format(**values)
    return Words(label(title, 140), f"{title}\n\n{said}\n\n{label(about.office)}\n")
