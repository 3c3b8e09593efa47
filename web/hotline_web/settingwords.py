"""Every setting of the office and of the box in plain words: what it is called, what it does.

A row for each field of `TopForm` and of the sections of box.toml that a page shows; a test holds
them against each other. A key of the box has its section before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotline_web.said import N_


@dataclass(frozen=True)
class Setting:
    """key: `queue_length`, or `limits.concurrent`. found_by: more words that people look for.

    unit: in what it is counted. none: what 0 means. basic: shown before the rest.
    """

    key: str
    name: str
    does: str
    found_by: str = ""
    unit: str = ""
    none: str = ""
    basic: bool = False


@dataclass(frozen=True)
class Group:
    """Settings on one page. of_box: in force when the box begins anew, not at the next call."""

    name: str
    title: str
    does: str
    settings: tuple[Setting, ...]
    of_box: bool = False


# Fields that have pages of their own, by their endpoint; "" for what is no setting.
ELSEWHERE = {
    "version": "",
    "greeting": "menu.greeting",
    "closed_greeting": "menu.greeting",
    "address": "answers.about",
    "email": "answers.about",
    "website": "answers.about",
    "recording_notice": "setup.notice",
}
# Sections of box.toml that are not shown here: lines have their page, mail and notify hold secrets,
# and what is soldered to the pins is written where it is soldered.
ELSEWHERE_OF_BOX = {
    "trunks": "lines.lines",
    "modems": "lines.lines",
    "voice_modems": "lines.lines",
    "mail": "",
    "notify": "",
    "panel": "",
}
# Choices of several settings, as they are written down.
CHOICES = {
    "in order": N_("One after another, in the order of the list"),
    "all at once": N_("All at once"),
    "longest idle": N_("Whoever has been free the longest"),
    "fewest calls": N_("Whoever had the fewest calls today"),
    "rotating": N_("In turn"),
    "weighted": N_("By the share of each person"),
    "message": N_("They leave a message"),
    "complaint": N_("They leave a complaint"),
    "both": N_("The house, and the centre where nobody of it can"),
    "house": N_("The house alone"),
    "centre": N_("The centre alone, whatever the shifts are"),
    "before opening": N_("Before opening"),
    "off": N_("Never"),
    "debug": N_("Everything"),
    "info": N_("What is usual"),
    "warning": N_("Warnings and mistakes"),
    "error": N_("Mistakes alone"),
}
NO_LIMIT = N_("no limit")

GROUPS = (
    Group(
        "ringing",
        N_("Who is rung, and how long"),
        N_("The order in which people are rung, and what happens when they do not answer."),
        (
            Setting(
                "strategy",
                N_("Order of ringing"),
                N_("In which order the people on duty are rung for a caller."),
                N_("strategy round turn distribution who first"),
                basic=True,
            ),
            Setting(
                "total_seconds",
                N_("Longest wait for a person"),
                N_("After this time a caller who reached nobody leaves a message."),
                N_("wait time timeout deadline total hold ring"),
                unit="second",
                basic=True,
            ),
            Setting(
                "answered_by",
                N_("Who answers callers"),
                N_("The people of the office, an outside centre, or both."),
                N_("call centre outsourcing overflow night"),
            ),
            Setting(
                "overflow",
                N_("People who help out"),
                N_("They are rung when nobody else answers. They need no shifts."),
                N_("overflow backup reserve call centre"),
            ),
            Setting(
                "overflow_seconds",
                N_("Helpers are rung after"),
                N_("So long the people on duty are rung alone."),
                N_("overflow backup reserve delay"),
                unit="second",
            ),
            Setting(
                "calls_per_hour",
                N_("Most calls for a person in an hour"),
                N_("Who took so many is rung only when nobody else is left."),
                N_("busy cap overload too many rest"),
                none=NO_LIMIT,
            ),
            Setting(
                "pause_after",
                N_("Missed rings until a person is taken for absent"),
                N_("After so many in a row a person is not rung until they are back."),
                N_("absent away break no answer unavailable"),
                none=N_("never"),
            ),
            Setting(
                "pause_after_hard",
                N_("Rest after a hard call"),
                N_("Who handed a hard call over is not rung for this time."),
                N_("break rude stress angry"),
                unit="minute",
                none=N_("no rest"),
            ),
        ),
    ),
    Group(
        "waiting",
        N_("Callers who wait"),
        N_("The queue, and calling back who did not want to wait."),
        (
            Setting(
                "fallback",
                N_("When nobody answers"),
                N_("What callers are asked for whom no person took."),
                N_("message complaint voicemail unanswered missed"),
                basic=True,
            ),
            Setting(
                "queue_length",
                N_("Most callers who wait"),
                N_("Who calls when so many wait already leaves a message at once."),
                N_("queue line length full"),
                none=NO_LIMIT,
                basic=True,
            ),
            Setting(
                "callback",
                N_("Offer to be called back"),
                N_("Who waits may press 9 to be called back."),
                N_("callback return queue press nine"),
                basic=True,
            ),
            Setting(
                "callback_by_itself",
                N_("The box calls back by itself"),
                N_("Who asked for it keeps the place in the queue and is called in turn."),
                N_("callback automatic return"),
            ),
            Setting(
                "callback_tries",
                N_("Tries to call somebody back"),
                N_("So often the box tries before it leaves the call to you."),
                N_("callback attempts repeat"),
            ),
            Setting(
                "first_in_line",
                N_("Callers who go first"),
                N_("Calls from these numbers go before others. One number on a line."),
                N_("priority important clients VIP queue"),
            ),
            Setting(
                "hold_minutes",
                N_("Longest hold during a talk"),
                N_("Then both hear each other again."),
                N_("hold music pause park"),
                unit="minute",
            ),
        ),
    ),
    Group(
        "hearing",
        N_("Languages and messages"),
        N_("In which languages callers are spoken to, and how long a message may be."),
        (
            Setting(
                "languages",
                N_("Languages of callers"),
                N_("Callers are greeted in the first one and can choose the others."),
                N_("language speech Romanian Russian Ukrainian English"),
                basic=True,
            ),
            Setting(
                "max_message_seconds",
                N_("Longest message"),
                N_("A message or complaint ends after this time."),
                N_("recording record length voicemail duration"),
                unit="second",
                basic=True,
            ),
            Setting(
                "survey",
                N_("Ask callers how it was"),
                N_("After a talk the caller may give a mark from 1 to 5."),
                N_("survey rating quality opinion mark"),
                basic=True,
            ),
            Setting(
                "never_said",
                N_("Words never said to callers"),
                N_("Names that no text for callers may hold, such as those of competitors."),
                N_("forbidden banned competitors names"),
            ),
        ),
    ),
    Group(
        "telling",
        N_("Who hears of it"),
        N_("Texts and letters about missed callers, messages and holes in the plan."),
        (
            Setting(
                "notify_to",
                N_("Where messages are sent"),
                N_("E-mail addresses that hear of every message and complaint. One on a line."),
                N_("e-mail mail notify inform address"),
                basic=True,
            ),
            Setting(
                "text_staff",
                N_("Texts to people on duty"),
                N_("People on duty get a text of each message and missed caller."),
                N_("SMS text notify staff"),
                basic=True,
            ),
            Setting(
                "text_missed",
                N_("Texts to missed callers"),
                N_("Who was not answered gets a text that you will call back."),
                N_("SMS text missed sorry"),
                basic=True,
            ),
            Setting(
                "text_caller",
                N_("The caller's number by text"),
                N_("Who takes a call gets a text with the caller's number."),
                N_("SMS text number display"),
            ),
            Setting(
                "supervisor",
                N_("Who watches the plan"),
                N_("This person hears of holes in the plan in time to fill them."),
                N_("supervisor manager boss responsible"),
            ),
        ),
    ),
    Group(
        "plan",
        N_("Rules of the plan"),
        N_("What breaks and shifts have to keep to."),
        (
            Setting(
                "least_on_duty",
                N_("Fewest people on duty"),
                N_("A break that would leave fewer waits until somebody is back."),
                N_("minimum staff break"),
                none=NO_LIMIT,
                basic=True,
            ),
            Setting(
                "hours_in_a_row",
                N_("Longest duty without a break"),
                N_("A longer one is told before the plan is in force."),
                N_("overtime hours rest"),
                unit="hour",
                none=NO_LIMIT,
            ),
            Setting(
                "roll_call",
                N_("Weekly check of telephones"),
                N_("Once a week people at work press a key to show that calls reach them."),
                N_("roll call test check phones"),
            ),
        ),
    ),
    Group(
        "office",
        N_("The office"),
        N_("Its name, country and time."),
        (
            Setting(
                "name",
                N_("Name of the office"),
                N_("How it is called on the page, in letters and in texts."),
                N_("company title firm"),
                basic=True,
            ),
            Setting(
                "zone",
                N_("Time zone"),
                N_("All times of the plan are of this zone, summer and winter."),
                N_("clock summer time Chisinau Kyiv Bucharest"),
            ),
            Setting(
                "country",
                N_("Country of the office"),
                N_("Numbers without a country are of this one. Two letters."),
                N_("country code prefix"),
            ),
            Setting(
                "self_call",
                N_("The box calls itself"),
                N_("Once a day the box calls its own lines to see that callers come through."),
                N_("self-call test check daily"),
            ),
        ),
    ),
    Group(
        "limits",
        N_("What calls may cost"),
        N_("Limits that hold whoever asks. Only the owner may raise them."),
        (
            Setting(
                "limits.minutes_per_day",
                N_("Minutes of calls within a day"),
                N_("Calls that the box makes last so long together at most."),
                N_("cost money fraud cap limit"),
                unit="minute",
                basic=True,
            ),
            Setting(
                "limits.concurrent",
                N_("Calls going out at once"),
                N_("So many calls of the box may go on at the same time."),
                N_("cost fraud cap limit parallel simultaneous"),
                basic=True,
            ),
            Setting(
                "limits.countries",
                N_("Countries that may be called"),
                N_("Beside your own. Two letters of each, one country on a line."),
                N_("abroad foreign fraud international roaming"),
                basic=True,
            ),
            Setting(
                "limits.texts_per_day",
                N_("Texts within a day"),
                N_("So many parts of texts, as operators count them."),
                N_("SMS cost limit cap"),
                basic=True,
            ),
            Setting(
                "limits.calls_per_hour_per_number",
                N_("Calls to one number in an hour"),
                N_("So often the box rings the same number at most."),
                N_("cost fraud cap limit repeat"),
            ),
        ),
        of_box=True,
    ),
    Group(
        "box",
        N_("The box itself"),
        N_("Network ports, sound and records of the box. For whoever administers it."),
        (
            Setting(
                "box.country",
                N_("Country of the box"),
                N_("How numbers without a country are meant. Its calls are always allowed."),
                N_("country prefix number plan"),
            ),
            Setting(
                "box.log",
                N_("What is written into the log"),
                N_("More helps to find a mistake, less spares the disk."),
                N_("log level debug journal"),
            ),
            Setting(
                "box.data",
                N_("Folder of records and recordings"),
                N_("Where everything lies that the box keeps."),
                N_("data disk storage directory path"),
            ),
            Setting(
                "sip.listen",
                N_("Address on which calls arrive"),
                N_("An address of this box in the network; 0.0.0.0 is all of them."),
                N_("network interface IP listen"),
            ),
            Setting(
                "sip.port",
                N_("Port on which calls arrive"),
                N_("What a gateway in the house calls the box at."),
                N_("network port listen firewall"),
            ),
            Setting(
                "sip.tls_port",
                N_("Port on which encrypted calls arrive"),
                N_("Needs a certificate, which is named in box.toml."),
                N_("network port encryption certificate"),
                none=N_("off"),
            ),
            Setting(
                "sip.tls_certificate",
                N_("Certificate for encrypted calls"),
                N_("The file with which the box shows who it is."),
                N_("encryption certificate file"),
            ),
            Setting(
                "sip.tls_key",
                N_("Key for encrypted calls"),
                N_("The file that belongs to the certificate."),
                N_("encryption private key file"),
            ),
            Setting(
                "sip.rtp_first",
                N_("First port of the sound"),
                N_("Each call takes four ports from here on."),
                N_("network port audio media firewall"),
            ),
            Setting(
                "sip.rtp_last",
                N_("Last port of the sound"),
                N_("The firewall has to leave all ports up to it open."),
                N_("network port audio media firewall"),
            ),
            Setting(
                "sip.public_address",
                N_("Address towards the outside"),
                N_("Only behind a router whose provider asks you to name it."),
                N_("network router public IP NAT"),
            ),
            Setting(
                "sip.codecs",
                N_("Forms of the sound"),
                N_("In the order in which they are offered, one on a line."),
                N_("audio quality bandwidth opus"),
            ),
            Setting(
                "page.host",
                N_("Address of this page"),
                N_("127.0.0.1 is this machine alone, 0.0.0.0 the whole local network."),
                N_("network page browser listen"),
            ),
            Setting(
                "page.port",
                N_("Port of this page"),
                N_("What stands behind the colon of its address."),
                N_("network page browser"),
            ),
            Setting(
                "page.public_name",
                N_("Name of this page"),
                N_("What people type into their browser."),
                N_("network page browser address host"),
            ),
        ),
        of_box=True,
    ),
)
EVERY = tuple((group, one) for group in GROUPS for one in group.settings)


def group_of(name: str) -> Group | None:
    """A group by its name in addresses."""
    return next((one for one in GROUPS if one.name == name), None)
