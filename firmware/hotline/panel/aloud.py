"""What the box says of itself on its loudspeaker, in the languages it speaks. Pure."""

from __future__ import annotations

from hotline.panel.lamps import BoxState

_WORDS = {
    "en": (
        "Callers reach the box.",
        "Nobody can call the box.",
        "It is closed by its button.",
        "Messages nobody has heard: {messages}. Complaints: {complaints}.",
        "Something is to be mended. Look at the page.",
        "All is well.",
    ),
    "ru": (
        "Линия работает.",
        "Никто не может дозвониться.",
        "Приём звонков закрыт кнопкой.",
        "Непрослушанных сообщений: {messages}. Жалоб: {complaints}.",
        "Есть неполадка. Откройте страницу.",
        "Всё в порядке.",
    ),
    "uk": (
        "Лінія працює.",
        "Ніхто не може додзвонитися.",
        "Приймання дзвінків закрито кнопкою.",
        "Непрослуханих повідомлень: {messages}. Скарг: {complaints}.",
        "Є несправність. Відкрийте сторінку.",
        "Усе гаразд.",
    ),
    "ro": (
        "Linia funcționează.",
        "Nimeni nu poate suna.",
        "Linia este închisă de la buton.",
        "Mesaje neascultate: {messages}. Reclamații: {complaints}.",
        "Este o problemă. Deschideți pagina.",
        "Totul este în ordine.",
    ),
}


def aloud(state: BoxState, language: str) -> str:
    """The state in sentences; in English where the box does not speak the language."""
    reached, unreached, closed, waiting, broken, well = _WORDS.get(language, _WORDS["en"])
    said = [reached if state.up else unreached]
    if state.closed:
        said.append(closed)
    if state.messages or state.complaints:
        said.append(waiting.format(messages=state.messages, complaints=state.complaints))
    if state.trouble or state.up < state.lines:
        said.append(broken)
    elif len(said) == 1 and state.up:
        said.append(well)
    return " ".join(said)
