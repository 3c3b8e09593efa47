"""Telephone numbers: compare callers, refuse what must never be dialled, mask for the log, show.

The only file that speaks to phonenumbers. Everywhere else a number is E.164 with '+', or None.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    shortnumberinfo,
)

from hotline.errors import NumberRefused
from hotline.said import Said, say

# The plans of some countries leave out the services that people there know by heart.
_EMERGENCY = frozenset({"112", "911", "999", "000", "101", "102", "103", "104"})

# The plan's own answer for what may be dialled; everything it does not list is refused. The type
# alone is not enough: Iridium's +8816 counts as a valid mobile, so the country is asked before.
_DIALABLE_TYPES = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.TOLL_FREE,
    }
)
# Where a plan does not tell the two apart.
_MOBILE_TYPES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
# Codes that switch a service of the network have two or three digits (3GPP 22.030 annex B).
_CODE = re.compile(r"\*([0-9]{3,4})#")
_SWITCHING = frozenset(
    {"002", "004", "300", "330", "331", "332", "333", "351", "353", "354"}
    | {"360", "361", "362", "363"}
)
_CORRECT = say("Correct the number.")
_NEVER = say("The box never dials such numbers: give an ordinary mobile or office number.")


def is_country(code: str) -> bool:
    """Whether numbers of this country (ISO 3166, capital letters) are known."""
    return code in phonenumbers.SUPPORTED_REGIONS


def normalise(raw: str, country: str) -> str | None:
    """A caller's number as E.164, or None if it is none (withheld, text, short). Never raises.

    country: whose national numbers are meant when `raw` has no country code. Networks also send
    the country code without '+': that is understood where the number makes no sense otherwise.
    """
    number = _parsed(raw, country)
    if number is None or not phonenumbers.is_valid_number(number):
        with_code = _parsed(f"+{raw.strip()}", country)
        if with_code is not None and phonenumbers.is_valid_number(with_code):
            number = with_code
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return _e164(number)


def dialable(raw: str, country: str, allowed_countries: Collection[str] | None = None) -> str:
    """The number as E.164 if it may be dialled.

    raw: as people write it. country: the office's. allowed_countries: all countries whose numbers
    may be dialled; None means the office's own only. Raises NumberRefused for everything that is
    not an ordinary number of an allowed country; the order of the checks is from danger to typo.
    """
    allowed = frozenset({country} if allowed_countries is None else allowed_countries)
    _refuse_codes(raw)
    number = _parsed(raw, country)
    _refuse_emergency(raw, number, country)
    if number is None:
        raise NumberRefused(say("“%(given)s” is not a telephone number.", given=raw[:40]), _CORRECT)
    _refuse_foreign_code(number, allowed)
    _refuse_wrong_length(raw, number, country)
    _refuse_unknown(number, allowed)
    if phonenumbers.number_type(number) not in _DIALABLE_TYPES:
        raise NumberRefused(_costly(number), _NEVER)
    return _e164(number)


def can_be_texted(number: str, country: str | None = None) -> bool:
    """Is the E.164 number that of a mobile telephone; of this country, if one is named?"""
    parsed = _parsed(number, None)
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return False
    mobile = phonenumbers.number_type(parsed) in _MOBILE_TYPES
    return mobile and country in (None, phonenumbers.region_code_for_number(parsed))


def only_asks(code: str) -> bool:
    """Is it a code such as `*100#`, which asks the network and diverts or bars nothing?"""
    found = _CODE.fullmatch(code)
    return found is not None and found[1] not in _SWITCHING


def national(number: str, country: str) -> str:
    """An E.164 number as digits to be dialled in `country`: "+37369123456" -> "069123456".

    A number of another country comes back with 00.
    """
    parsed = _parsed(number, None)
    if parsed is None or phonenumbers.region_code_for_number(parsed) != country:
        return "00" + _digits(number)
    return _digits(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL))


def mask(number: str | None) -> str:
    """For logs: "+373 69… 56". What is not a whole number is hidden but for its last two digits."""
    if number is None:
        return "withheld"
    parsed = _parsed(number, None)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        digits = _digits(number)
        return f"… {digits[-2:]}" if len(digits) > 4 else "…"
    national = phonenumbers.national_significant_number(parsed)
    return f"+{parsed.country_code} {national[:2]}… {national[-2:]}"


def shown(number: str, country: str) -> str:
    """For people: national way of writing inside the own country, international otherwise.

    What is not a number comes back unchanged.
    """
    parsed = _parsed(number, country)
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        return number
    if phonenumbers.region_code_for_number(parsed) == country:
        return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return _international(parsed)


def _parsed(raw: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(raw, country)
    except NumberParseException:
        return None


def _code(number: PhoneNumber) -> int:
    return number.country_code or 0


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _international(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _digits(raw: str) -> str:
    return "".join(c for c in raw if c.isdigit())


def _refuse_codes(raw: str) -> None:
    """Star codes switch diverts, letters hide digits, extensions cannot be dialled."""
    if any(c in "*#" or c.isalpha() for c in raw):
        raise NumberRefused(
            say("“%(given)s” has letters, * or # in it.", given=raw[:40]),
            say("Give the number alone, digits only, without an extension."),
        )


def _refuse_emergency(raw: str, number: PhoneNumber | None, country: str) -> None:
    forms = {_digits(raw), _digits(raw).lstrip("0")}
    if number is not None:
        forms.add(phonenumbers.national_significant_number(number))
    for form in forms:
        known = form in _EMERGENCY or shortnumberinfo.is_emergency_number(form, country)
        if known:
            raise NumberRefused(
                say("%(number)s is an emergency number: the box never dials it.", number=form),
                say("Give the number of a person of the office."),
            )


def _refuse_foreign_code(number: PhoneNumber, allowed: frozenset[str]) -> None:
    regions = phonenumbers.region_codes_for_country_code(_code(number))
    if "001" in regions:
        raise NumberRefused(
            say(
                "+%(code)s is a satellite or worldwide service, not a country.",
                code=number.country_code,
            ),
            _NEVER,
        )
    if allowed.isdisjoint(regions):
        raise _foreign(number, regions[0] if regions else None)


def _foreign(number: PhoneNumber, region: str | None) -> NumberRefused:
    whole = _international(number)
    return NumberRefused(
        say(
            "%(number)s is abroad (%(country)s), and calls there are switched off.",
            number=whole,
            country=region,
        )
        if region
        else say(
            "%(number)s belongs to no known country, and calls there are switched off.",
            number=whole,
        ),
        say("Give a number of the office's own country, or allow that country first."),
    )


def _costly(number: PhoneNumber) -> Said:
    whole = _international(number)
    match phonenumbers.number_type(number):
        case PhoneNumberType.PREMIUM_RATE:
            return say("%(number)s is a premium-rate number.", number=whole)
        case PhoneNumberType.SHARED_COST:
            return say("%(number)s is a shared-cost number.", number=whole)
        case PhoneNumberType.UAN:
            return say("%(number)s is a company number that may be charged extra.", number=whole)
        case PhoneNumberType.PERSONAL_NUMBER:
            return say("%(number)s is a personal number that may be charged extra.", number=whole)
        case PhoneNumberType.PAGER:
            return say("%(number)s is a pager.", number=whole)
        case PhoneNumberType.VOICEMAIL:
            return say("%(number)s is a voicemail box.", number=whole)
        case _:
            return say("%(number)s is a number of unknown kind.", number=whole)


def _refuse_wrong_length(raw: str, number: PhoneNumber, country: str) -> None:
    regions = phonenumbers.region_codes_for_country_code(_code(number))
    region = country if country in regions else regions[0]
    has, wanted, abroad, trunk = _lengths(raw, number, region)
    if phonenumbers.is_possible_number(number) and (
        # With its leading 0 a number one digit short has the length of a whole one without.
        not trunk or has == wanted or phonenumbers.is_valid_number(number)
    ):
        return
    if abroad:
        words = say(
            "The number has %(has)s digits after +%(code)s, a mobile there has %(wanted)s.",
            has=has,
            code=_code(number),
            wanted=wanted,
        )
    else:
        words = _too_long_or_short(has, wanted, region)
    raise NumberRefused(words, _CORRECT)


def _too_long_or_short(has: int, wanted: int, region: str) -> Said:
    match region:
        case "MD":
            return say(
                "The number has %(has)s digits, a Moldovan mobile has %(wanted)s.",
                has=has,
                wanted=wanted,
            )
        case "RO":
            return say(
                "The number has %(has)s digits, a Romanian mobile has %(wanted)s.",
                has=has,
                wanted=wanted,
            )
        case "RU":
            return say(
                "The number has %(has)s digits, a Russian mobile has %(wanted)s.",
                has=has,
                wanted=wanted,
            )
        case "UA":
            return say(
                "The number has %(has)s digits, a Ukrainian mobile has %(wanted)s.",
                has=has,
                wanted=wanted,
            )
        case _:
            return say(
                "The number has %(has)s digits, a mobile in %(country)s has %(wanted)s.",
                has=has,
                country=region,
                wanted=wanted,
            )


def _lengths(raw: str, number: PhoneNumber, region: str) -> tuple[int, int, bool, bool]:
    """Digits as people count them in what they wrote: after +373, with the leading 0, bare.

    Returns what it has, what a mobile has, and whether there is a country code or a leading 0.
    """
    digits = _digits(raw)
    mobile = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    wanted = 0 if mobile is None else len(phonenumbers.national_significant_number(mobile))
    if raw.strip().startswith("+") or digits.startswith("00"):
        code = str(_code(number))
        return len(digits.lstrip("0").removeprefix(code)), wanted, True, False
    trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
    if trunk and digits.startswith(trunk):
        return len(digits), wanted + len(trunk), False, True
    return len(digits), wanted, False, False


def _refuse_unknown(number: PhoneNumber, allowed: frozenset[str]) -> None:
    if not phonenumbers.is_valid_number(number):
        raise NumberRefused(
            say(
                "%(number)s is not in use: no network has numbers beginning so.",
                number=_international(number),
            ),
            say("Look whether two digits changed places."),
        )
    region = phonenumbers.region_code_for_number(number)
    if region not in allowed:
        raise _foreign(number, region)
