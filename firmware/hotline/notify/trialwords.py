"""What a letter says that was sent only to see whether it arrives."""

from __future__ import annotations

from hotline.inbox.label import label
from hotline.notify.words import OFFICE_IN_TEXT, About, Words

_SUBJECT = {
    "en": "Test from the hotline of {office}: it arrives",
    "ru": "Проверка связи, {office}: сообщения доходят",
    "uk": "Перевірка зв'язку, {office}: повідомлення доходять",
    "ro": "Probă de la linia {office}: mesajele ajung",
}
_BODY = {
    "en": "Somebody pressed «Test now» on the page Notifications. Nothing needs to be done.",
    "ru": "На странице «Уведомления» нажали «Проверить сейчас». Делать ничего не нужно.",
    "uk": "На сторінці «Сповіщення» натиснули «Перевірити зараз». Робити нічого не потрібно.",
    "ro": "Pe pagina «Notificări» s-a apăsat «Probează acum». Nu aveți nimic de făcut.",
}


def about_trial(about: About) -> Words:
    """The subject is enough by itself: a text has nothing else."""
    office = label(about.office, OFFICE_IN_TEXT)
    subject = _SUBJECT.get(about.language, _SUBJECT["en"]).format(office=office)
    body = _BODY.get(about.language, _BODY["en"])
    return Words(subject, f"{body}\n\n{label(about.office)}\n")
