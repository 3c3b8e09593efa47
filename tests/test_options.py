"""The owner's settings file: what is right is taken, what is wrong is told in plain words."""

from __future__ import annotations

import re
from dataclasses import fields
from ipaddress import ip_address
from pathlib import Path

import pytest

from hotline.errors import BadSettings, HotlineError
from hotline.options import (
    Box,
    Limits,
    Mail,
    Modem,
    Notify,
    Options,
    Page,
    Secret,
    Sip,
    Trunk,
    VoiceModem,
)
from hotline.options.file import read_options, readable_by_others
from hotline.options.panel import PanelOptions

EXAMPLE = Path(__file__).parent.parent / "box.example.toml"
SECTIONS = {
    "box": Box,
    "sip": Sip,
    "trunk": Trunk,
    "modem": Modem,
    "voice_modem": VoiceModem,
    "limits": Limits,
    "page": Page,
    "mail": Mail,
    "notify": Notify,
    "panel": PanelOptions,
}

PROVIDER = """\
[[trunk]]
name = "provider"
kind = "provider"
host = "sip.example.net"
user = "100"
password = "n0t-for-logs"
"""
GATEWAY = """\
[[trunk]]
name = "gateway"
kind = "gateway"
host = "192.168.1.30"
"""
MODEM = """\
[[modem]]
name = "mobile"
model = "ec25"
at = "/dev/at"
sound = "/dev/sound"
"""
ALONE = """\
[[modem]]
name = "mobile"
"""

VOICE_MODEM = """\
[[voice_modem]]
name = "office"
model = "usr5637"
port = "/dev/ttyACM0"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "box.toml"


def options_of(file: Path, text: str) -> Options:
    file.write_text(text, encoding="utf-8")
    return read_options(file)


def problems_of(file: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as caught:
        options_of(file, text)
    return caught.value.problems


# --- what is right is taken ----------------------------------------------------------------------


def test_a_modem_is_taken_and_its_pin_is_never_shown(file: Path) -> None:
    options = options_of(file, MODEM + 'pin = "4711"\n')
    (modem,) = options.modems
    assert (modem.at, modem.pin.reveal()) == (Path("/dev/at"), "4711")
    assert "4711" not in f"{options!r}"


def test_a_modem_may_be_a_sound_card_or_have_no_sound_at_all(file: Path) -> None:
    card, none = options_of(
        file,
        MODEM.replace('sound = "/dev/sound"', 'card = "Android"')
        + MODEM.replace("ec25", "generic")
        .replace('sound = "/dev/sound"\n', "")
        .replace("mobile", "texts")
        .replace("/dev/at", "/dev/at2"),
    ).modems
    assert (card.card, card.sound, none.sound) == ("Android", None, None)


def test_a_modem_may_have_a_number_for_a_dead_box_and_a_code_for_its_balance(file: Path) -> None:
    (modem,) = options_of(file, MODEM + 'when_dead = "+37369111222"\nbalance = "*111#"\n').modems
    assert (modem.when_dead, modem.balance) == ("+37369111222", "*111#")


def test_a_voice_modem_is_taken_and_its_port_may_lie_beside_the_file(file: Path) -> None:
    (modem,) = options_of(file, VOICE_MODEM.replace("/dev/", "")).voice_modems
    assert modem == VoiceModem("office", file.parent / "ttyACM0", "usr5637")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            VOICE_MODEM.replace("port", "prot"),
            "line 4: [voice_modem] has no key prot; did you mean port?",
        ),
        (
            VOICE_MODEM.replace("usr5637", "hayes"),
            'line 3: model of [[voice_modem]] number 1 must be one of: "usr5637", "cx930xx" '
            'or "mt9234"',
        ),
        (
            VOICE_MODEM.replace("[[voice_modem]]", "[[voicemodem]]"),
            "line 1: there is no section [voicemodem]; did you mean voice_modem?",
        ),
        (MODEM + VOICE_MODEM.replace("office", "mobile"), 'another line is called "mobile"'),
        (MODEM + VOICE_MODEM.replace("/dev/ttyACM0", "/dev/at"), "/dev/at is named twice"),
    ],
)
def test_what_is_wrong_with_a_voice_modem_is_said(file: Path, text: str, problem: str) -> None:
    assert any(problem in found for found in problems_of(file, text))


def test_an_empty_file_is_a_box_without_lines(file: Path) -> None:
    assert options_of(file, "") == Options()


def test_the_example_can_be_copied_as_it_is(file: Path) -> None:
    options = options_of(file, EXAMPLE.read_text(encoding="utf-8"))
    assert [trunk.name for trunk in options.trunks] == ["provider"]


def test_the_example_tells_the_defaults_that_really_hold(file: Path) -> None:
    shown = re.sub(r"(?m)^#(?=[a-z_]+ = |\[)", "", EXAMPLE.read_text(encoding="utf-8"))
    others = "tls_|public_address|password_file|peers|number =|card =|usb|imei|flash_ms"
    others += "|guardian|lamps|button|relay|speaker"
    shown = re.sub(rf"(?m)^({others}).*\n", "", shown)
    options = options_of(file, shown)
    assert (options.box, options.limits, options.page) == (Box(), Limits(), Page())
    assert (options.sip, options.notify) == (Sip(), Notify())
    provider, gateway = options.trunks
    assert provider == Trunk(
        provider.name, provider.kind, provider.host, user=provider.user, password=provider.password
    )
    assert not gateway.register


@pytest.mark.parametrize("section", SECTIONS)
def test_the_example_shows_every_key(section: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    part = re.split(rf"(?m)^#?\[+{section}\]+", text)[1]
    part = re.split(r"(?m)^#?\[", part)[0]
    shown = set(re.findall(r"(?m)^#?([a-z_]+) = ", part))
    assert shown == {field.name for field in fields(SECTIONS[section])}


def test_a_line_over_tls_uses_the_port_of_tls(file: Path) -> None:
    options = options_of(file, PROVIDER + 'transport = "tls"\n')
    assert options.trunks[0].port == 5061


def test_a_port_that_is_given_stays_also_with_tls(file: Path) -> None:
    options = options_of(file, PROVIDER + 'transport = "tls"\nport = 5071\n')
    assert options.trunks[0].port == 5071


def test_mail_over_tls_uses_the_port_of_tls(file: Path) -> None:
    text = '[mail]\nhost = "mail.example.net"\nsender = "a@example.net"\nsecurity = "tls"\n'
    assert options_of(file, text).mail == Mail(
        "mail.example.net", "a@example.net", port=465, security="tls"
    )


def test_a_gateway_in_the_house_needs_no_account(file: Path) -> None:
    assert not options_of(file, GATEWAY).trunks[0].register


def test_the_addresses_calls_may_come_from_can_be_single_or_ranges(file: Path) -> None:
    options = options_of(file, GATEWAY + 'peers = ["203.0.113.7", "10.1.0.0/16"]\n')
    one, many = options.trunks[0].peers
    assert ip_address("203.0.113.7") in one
    assert ip_address("203.0.113.8") not in one
    assert ip_address("10.1.200.3") in many


def test_paths_begin_at_the_folder_of_the_file(file: Path) -> None:
    assert options_of(file, '[box]\ndata = "records"\n').box.data == file.parent / "records"


def test_absolute_paths_stay(file: Path) -> None:
    assert options_of(file, '[box]\ndata = "/srv/records"\n').box.data == Path("/srv/records")


def test_a_password_may_lie_in_a_file_of_its_own(file: Path) -> None:
    (file.parent / "provider.secret").write_text("from-file\n", encoding="utf-8")
    text = PROVIDER.replace('password = "n0t-for-logs"', 'password_file = "provider.secret"')
    assert options_of(file, text).trunks[0].password.reveal() == "from-file"


# --- secrets --------------------------------------------------------------------------------------


def test_no_password_or_token_shows_when_the_options_are_printed(file: Path) -> None:
    text = (
        PROVIDER
        + '[mail]\nhost = "m"\nsender = "a@b"\npassword = "n0t-for-logs"\n'
        + '[notify]\napprise = ["tgram://n0t-for-logs/1"]\n'
    )
    options = options_of(file, text)
    assert options.trunks[0].password.reveal() == "n0t-for-logs"
    assert "n0t-for-logs" not in f"{options!r} {options} {options.trunks[0].password}"


@pytest.mark.parametrize(
    "wrong",
    [
        PROVIDER + 'port = "n0t-for-logs"\n',
        PROVIDER.replace('"n0t-for-logs"', '["n0t-for-logs"]'),
        PROVIDER + 'pasword = "n0t-for-logs"\n',
        PROVIDER.replace('"n0t-for-logs"', '"n0t-for-logs'),
    ],
)
def test_no_password_shows_in_the_words_of_a_mistake(file: Path, wrong: str) -> None:
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        read_options(file)
    assert "n0t-for-logs" not in f"{caught.value} {caught.value.__cause__}"


def test_secrets_are_equal_by_their_text() -> None:
    assert Secret("a") == Secret("a") != Secret("b")


def test_a_file_that_others_may_read_is_noticed(file: Path) -> None:
    file.touch(mode=0o600)
    assert not readable_by_others(file)
    file.chmod(0o640)
    assert readable_by_others(file)


# --- what is wrong is told ------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_each_with_its_line(file: Path) -> None:
    text = '[box]\ncountry = "Moldova"\n\n[sip]\nport = "5060"\n' + GATEWAY + "channels = 0\n"
    assert problems_of(file, text) == (
        'line 2: country of [box] must be two capital letters, such as "MD"',
        "line 5: port of [sip] must be a whole number without quotes",
        "line 10: channels of [[trunk]] number 1 must be 1 or more",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sip]\nprot = 1\n", "line 2: [sip] has no key prot; did you mean port?"),
        ("[limts]\na = 1\n", "line 1: there is no section [limts]; did you mean limits?"),
        (
            "[box]\nchannels = 2\n",
            "line 2: channels does not belong in [box] but in [trunk]",
        ),
        ("[trunk]\nname = 'a'\n", "line 1: trunk is a section: write [[trunk]] on a line"),
        ("[[page]]\nport = 80\n", "line 1: page is a section: write [page] on a line"),
        ("box = 5\n", "line 1: box is a section: write [box] on a line"),
        ("[page]\nport = true\n", "line 2: port of [page] must be a whole number"),
        ("[page]\nport = 70000\n", "line 2: port of [page] must be 65535 or less"),
        ("[page]\nhost = 5\n", 'line 2: host of [page] must be text in "quotes"'),
        ('[page]\nhost = "a b"\n', "line 2: host of [page] must be a host name or an IP"),
        ("[box]\ndata = 5\n", 'line 2: data of [box] must be a path in "quotes"'),
        ('[sip]\nlisten = "localhost"\n', "line 2: listen of [sip] must be an IPv4 address"),
        ('[sip]\npublic_address = "me"\n', "line 2: public_address of [sip] must be an IP"),
        (
            "[sip]\ncodecs = []\n",
            "line 2: codecs of [sip] must name at least one, and each only once",
        ),
        ('[sip]\ncodecs = ["pcma", "pcma"]\n', "line 2: codecs of [sip] must name at least"),
        ('[sip]\ncodecs = "pcma"\n', "line 2: codecs of [sip] must be a list"),
        ('[limits]\ncountries = ["Romania"]\n', "line 2: countries of [limits] must be two"),
        ('[notify]\napprise = "x"\n', "line 2: apprise of [notify] must be a list"),
        (GATEWAY + 'register = "yes"\n', "line 5: register of [[trunk]] number 1 must be true"),
        (GATEWAY + 'peers = ["gw.local"]\n', "line 5: peers of [[trunk]] number 1 must be addr"),
        (GATEWAY + 'number = "022 123456"\n', "line 5: number of [[trunk]] number 1 must be a f"),
        (GATEWAY + 'transport = "sctp"\n', "line 5: transport of [[trunk]] number 1 must be one"),
        ('[[trunk]]\nkind = "gateway"\nname = "a"\n', "line 1: host of [[trunk]] number 1 is mis"),
        ('[mail]\nsender = "a@b"\n', "line 1: host of [mail] is missing"),
        ("[modem]\nname = 'a'\n", "line 1: modem is a section: write [[modem]] on a line"),
        (MODEM + 'pin = "12a4"\n', "line 6: pin of [[modem]] number 1 must be 4 to 8 digits"),
        (MODEM + "pin = 1234\n", 'line 6: pin of [[modem]] number 1 must be text in "quotes"'),
        *(
            (
                MODEM + f'balance = "{code}"\n',
                "line 6: balance of [[modem]] number 1 must be a code",
            )
            for code in ("*21#", "**21*069111222#", "*331#", "##002#", "*100", "*100#;+CHUP", "112")
        ),
        (MODEM + 'when_dead = "069111222"\n', "line 6: when_dead of [[modem]] number 1 must be a"),
        (MODEM.replace("ec25", "ec26"), "line 3: model of [[modem]] number 1 must be one of"),
        (MODEM.replace('sound = "/dev/sound"\n', ""), "line 1: [[modem]] number 1: at and sound b"),
        (MODEM + 'usb = "1-1.3"\n', "line 6: at and usb of [[modem]] number 1 both say which mod"),
        (MODEM + 'usb = "ttyUSB2"\n', "line 6: usb of [[modem]] number 1 must be a place such as"),
        (MODEM + 'imei = "1234"\n', "line 6: imei of [[modem]] number 1 must be the 15 digits"),
        (
            ALONE + 'usb = "1-1"\n' + ALONE.replace("mobile", "other"),
            "line 4: [[modem]] number 2 needs `usb` or `imei`",
        ),
        (
            ALONE + 'usb = "1-1"\n' + ALONE.replace("mobile", "other") + 'usb = "1-1"\n',
            "line 6: usb of [[modem]] number 2: 1-1 is named twice",
        ),
    ],
)
def test_a_mistake_is_told_in_plain_words(file: Path, text: str, words: str) -> None:
    (said,) = problems_of(file, text)
    assert said.startswith(words)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('codecs = [\n  "pcma", # [\n  "pcmu",\n]\n', 6),
        ('codecs = [\n  ["pcma"]\n]\n', 5),
        ("tls_key = '''\n[page]\nport = 1'''\n", 5),
    ],
)
def test_the_line_is_right_after_a_list_and_a_text_of_several_lines(
    file: Path, text: str, line: int
) -> None:
    problems = problems_of(file, f"[sip]\n{text}port = 0\n[page]\nport = 0\n")
    assert problems[-2:] == (
        f"line {line}: port of [sip] must be 1 or more",
        f"line {line + 2}: port of [page] must be 1 or more",
    )


def test_the_line_is_that_of_the_right_trunk(file: Path) -> None:
    text = GATEWAY + GATEWAY.replace('"gateway"\nkind', '"other"\nkind') + "expires = 5\n"
    assert problems_of(file, text) == ("line 9: expires of [[trunk]] number 2 must be 60 or more",)


def test_a_file_that_is_not_toml_is_told_with_its_line(file: Path) -> None:
    (said,) = problems_of(file, "[box]\ncountry = MD\n")
    assert said.startswith("line 2: this is not TOML")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GATEWAY + GATEWAY, 'line 6: another line is called "gateway" already'),
        (
            GATEWAY + MODEM.replace('"mobile"', '"gateway"'),
            'line 6: another line is called "gateway" already',
        ),
        (
            MODEM.replace("/dev/sound", "/dev/at"),
            "line 5: sound of [[modem]] number 1: /dev/at is named twice",
        ),
        (
            MODEM.replace("ec25", "huawei") + 'hands_on = "conference"\n',
            'line 6: hands_on of [[modem]] number 1: only an "ec25" with sound on a serial port',
        ),
        (
            MODEM.replace("sound =", "card =") + 'hands_on = "conference"\n',
            "line 6: hands_on of [[modem]] number 1: only",
        ),
        (
            MODEM + 'hands_on = "conference"\noutbound = false\n',
            "line 6: hands_on of [[modem]] number 1 needs outbound = true",
        ),
        (
            VOICE_MODEM.replace("usr5637", "mt9234") + 'hands_on = "transfer"\n',
            "line 5: hands_on of [[voice_modem]] number 1: how a mt9234 flashes the hook",
        ),
        (
            VOICE_MODEM + "flash_ms = 100\n",
            "line 5: flash_ms of [[voice_modem]] number 1 is for a cx930xx only",
        ),
        (
            VOICE_MODEM.replace("usr5637", "cx930xx") + "flash_ms = 20\n",
            "line 5: flash_ms of [[voice_modem]] number 1 must be 0, or 50 to 1000",
        ),
        (
            VOICE_MODEM + 'outside = "0W"\n',
            'line 5: outside of [[voice_modem]] number 1 must be up to four digits, such as "0"',
        ),
        (MODEM + 'card = "Android"\n', "line 6: card and sound of [[modem]] number 1 are both"),
        (
            MODEM.replace("ec25", "huawei").replace("sound =", "card ="),
            'line 5: card of [[modem]] number 1 is for model = "ec25" only',
        ),
        (
            MODEM.replace("ec25", "generic"),
            "line 5: sound of [[modem]] number 1: no sound is known of a generic modem",
        ),
        (
            MODEM + 'when_dead = "+40722123456"\n',
            "line 6: when_dead of [[modem]] number 1: ",
        ),
        (
            MODEM + 'when_dead = "+37390012345"\n',
            "line 6: when_dead of [[modem]] number 1: ",
        ),
        (
            MODEM + 'number = "+37369111222"\nwhen_dead = "+37369111222"\n',
            "line 7: when_dead of [[modem]] number 1: this is a number of the box itself",
        ),
        ("[sip]\nrtp_last = 16000\n", "line 2: rtp_last of [sip] must lie at least 3 above"),
        (PROVIDER.replace('user = "100"\n', ""), "line 1: [[trunk]] number 1 needs a user name"),
        (
            PROVIDER.replace('password = "n0t-for-logs"\n', ""),
            "line 1: [[trunk]] number 1 needs a password",
        ),
        (
            PROVIDER + 'password_file = "box.toml"\n',
            "line 7: password_file of [[trunk]] number 1 and password are both given",
        ),
        (
            GATEWAY + 'password_file = "nowhere"\n',
            "line 5: password_file of [[trunk]] number 1 points to",
        ),
    ],
)
def test_keys_that_do_not_agree_are_told(file: Path, text: str, words: str) -> None:
    (said,) = problems_of(file, text)
    assert said.startswith(words)


def test_tls_without_its_files_is_told(file: Path) -> None:
    assert problems_of(file, '[sip]\ntls_port = 5061\ntls_key = "none.key"\n') == (
        "line 2: tls_port of [sip] needs `tls_certificate` in box.toml, too",
        f"line 3: tls_key of [sip]: there is no file {file.parent / 'none.key'}",
    )


def test_an_empty_password_file_is_told(file: Path) -> None:
    (file.parent / "empty").write_text("\n", encoding="utf-8")
    (said,) = problems_of(file, GATEWAY + 'password_file = "empty"\n')
    assert said.endswith("which is empty")


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(HotlineError) as caught:
        read_options(tmp_path / "box.toml")
    assert (
        caught.value.action == f"Copy box.example.toml to {tmp_path / 'box.toml'} and fill it in."
    )


def test_a_folder_instead_of_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match="cannot be read"):
        read_options(tmp_path)


def test_a_file_in_another_encoding_says_so(file: Path) -> None:
    file.write_bytes("# отдел".encode("cp1251"))
    with pytest.raises(HotlineError, match="UTF-8"):
        read_options(file)


@pytest.mark.parametrize(
    ("trunk", "told"),
    [
        (PROVIDER + 'tls_ca = "ca.crt"', 'tls_ca of [[trunk]] number 1 needs transport = "tls"'),
        (PROVIDER + 'transport = "tls"\ntls_ca = "ca.crt"', "which is no file"),
        (PROVIDER + "tls_verify = false", "can be false for a gateway in the house only"),
        (GATEWAY + 'transport = "tls"\ntls_verify = false\ntls_ca = "c"', "keep one"),
    ],
)
def test_trust_that_makes_no_sense_is_told(file: Path, trunk: str, told: str) -> None:
    with pytest.raises(BadSettings, match=re.escape(told)):
        options_of(file, trunk)


def test_the_certificate_of_a_gateway_is_found_beside_the_settings(file: Path) -> None:
    (file.parent / "gateway.crt").touch()
    options = options_of(file, GATEWAY + 'transport = "tls"\ntls_ca = "gateway.crt"')
    assert options.trunks[0].tls_ca == file.parent / "gateway.crt"
