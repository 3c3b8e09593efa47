"""Which keys a text for callers tells of: "press 4", "натисніть два". Pure."""

from __future__ import annotations

import re

_NUMBERS = {
    "en": "zero one two three four five six seven eight nine",
    "ro": "zero unu doi trei patru cinci șase șapte opt nouă",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять",
}
_MORE = {
    "en": {"star": "*", "hash": "#", "pound": "#", "oh": "0"},
    "ro": {"una": "1", "două": "2", "steluță": "*", "asterisc": "*", "diez": "#"},
    "ru": {"единицу": "1", "двойку": "2", "тройку": "3", "звёздочку": "*", "решётку": "#"}
    | {"звездочку": "*", "решетку": "#", "нуль": "0"},
    "uk": {"одиницю": "1", "двійку": "2", "трійку": "3", "зірочку": "*", "решітку": "#"},
}
_PRESS = {
    "en": r"press(?:\s+the)?(?:\s+key)?|dial|choose key",
    "ro": r"(?:ap[ăa]sa[țt]i|tasta[țt]i|ap[ăa]sa[țt]i\s+pe)(?:\s+(?:tasta|cifra))?",
    "ru": r"(?:нажмите|нажимайте|наберите)(?:\s+(?:на\s+)?(?:клавишу|цифру|кнопку))?",
    "uk": r"(?:натисніть|натискайте|наберіть)(?:\s+(?:на\s+)?(?:клавішу|цифру|кнопку))?",
}
_AND = {"en": "or|and", "ro": "sau|și", "ru": "или|и", "uk": "або|чи|і|та"}
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "ş": "ș", "ţ": "ț"})


def announced(text: str, language: str) -> list[str]:
    """The keys a caller is told to press, in their order."""
    known = _known(language)
    one = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    listing = rf"(?:{one})(?!\w)(?:\s*(?:,|{_AND[language]})\s*(?:{one})(?!\w))*"
    told = re.findall(rf"\b(?:{_PRESS[language]})[\s:]+({listing})", _plain(text))
    found = [known[key] for listed in told for key in re.findall(rf"(?:{one})(?!\w)", listed)]
    return list(dict.fromkeys(found))


def named(text: str, language: str) -> frozenset[str]:
    """Every key whose digit or name stands in the text at all."""
    known = _known(language)
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[*#]", _plain(text))
    return frozenset(known[word] for word in words if word in known)


def _known(language: str) -> dict[str, str]:
    digits = {str(digit): str(digit) for digit in range(10)} | {"*": "*", "#": "#"}
    names = {word: str(digit) for digit, word in enumerate(_NUMBERS[language].split())}
    return digits | names | _MORE[language]


def _plain(text: str) -> str:
    return text.lower().translate(_APOSTROPHES)
