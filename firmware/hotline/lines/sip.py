"""A SIP trunk or a gateway in the house as a telephone line.

What is decided here: when to register again, whether the line is up, whose packets are let in, how
a number is written for the far side, what each answer means for the caller. The SIP stack itself
is handed in (`Stack`); it hears of nothing but addresses, requests and answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import Any, Protocol

from hotline.errors import CallerGone, LineDown
from hotline.lines.identity import caller_of
from hotline.lines.port import (
    Caller,
    Capabilities,
    Cause,
    Hardware,
    Leg,
    LineState,
    Reading,
)
from hotline.numbering import national
from hotline.options import Trunk, public_authorities
from hotline.said import NOTHING, Said, say, together

log = logging.getLogger(__name__)

FIRST_RETRY_S = 2.0
LONGEST_RETRY_S = 300.0
# A wrong password does not mend itself, and providers lock accounts that keep trying.
REFUSED_RETRY_S = 300.0
RESOLVE_AGAIN_S = 300.0
AUTHORITIES_AGAIN_S = 30.0
MISSED_KEEP_ALIVES = 2
SAYS_GOODBYE_S = 2.0  # a provider that was told that we are not there any more
DIALLED_PREFIX = {"+e164": "+", "00": "00"}

_CAUSES = {
    401: Cause.LINE_FAILED,
    403: Cause.LINE_FAILED,
    404: Cause.NO_SUCH_NUMBER,
    407: Cause.LINE_FAILED,
    408: Cause.NO_ANSWER,
    410: Cause.NO_SUCH_NUMBER,
    480: Cause.UNREACHABLE,
    484: Cause.NO_SUCH_NUMBER,
    486: Cause.BUSY,
    487: Cause.OURS,
    488: Cause.LINE_FAILED,  # no codec in common, or sound in the clear where a lock is asked
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.NO_SUCH_NUMBER,
    606: Cause.LINE_FAILED,
    607: Cause.REJECTED,
}


class StackCall(Protocol):
    """One call in the SIP stack."""

    def answer(self) -> None: ...
    def ring(self) -> None: ...
    def hang_up(self, code: int = 0) -> None: ...


class StackAccount(Protocol):
    """One trunk in the SIP stack."""

    networks: tuple[str, ...]

    def register(self) -> None: ...
    def unregister(self) -> None: ...
    def ask_options(self, uri: str) -> None: ...
    def invite(self, uri: str, headers: dict[str, str], listener: SipLeg) -> StackCall: ...
    def close(self) -> None: ...


class Stack(Protocol):
    """The SIP stack, as far as lines use it."""

    def account(self, trunk: Trunk, listener: SipLine) -> StackAccount: ...
    def allow(self, networks: Iterable[str]) -> None: ...
    def know(self, names: Mapping[str, str]) -> None: ...


class SipLeg:
    """`Leg` over SIP."""

    def __init__(
        self,
        line: str,
        caller: Caller,
        call: StackCall | None = None,
        *,
        means_busy: Cause = Cause.BUSY,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller = line, caller
        self._means_busy = means_busy
        self.call = call
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.reports_keys = True
        self.taken: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()
        self.incoming = call is not None
        self._has_sound = self._confirmed = self._ended_by_us = False
        self._cause_to_be: Cause | None = None

    @property
    def audio(self) -> object:
        """What the engine attaches: the stack's own call."""
        return self.call

    async def answer(self) -> None:
        """See Leg."""
        if self.call is None or self._ended_by_us or self.gone.done():
            raise CallerGone
        self.call.answer()
        ends: set[asyncio.Future[Any]] = {self.answered, self.gone}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if self.gone.done():
            raise CallerGone

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """See Leg."""
        self._ended_by_us = True
        if self.call is not None and not self.gone.done():
            self.call.hang_up(_code_for(cause, self.answered.done()))

    # -- what the stack tells ----------------------------------------------------------------

    def on_progress(self, code: int) -> None:
        """A provisional answer. 183's early sound is not listened to: callers hear our music."""
        self._take()

    def on_sound(self, reports_keys: bool) -> None:
        self.reports_keys, self._has_sound = reports_keys, True
        self._maybe_answered()

    def on_confirmed(self) -> None:
        self._confirmed = True
        self._take()
        self._maybe_answered()

    def on_key(self, digit: str) -> None:
        self.keys.put_nowait(digit)

    def on_no_sound(self) -> None:
        """Half a minute without a packet: the far side has died without a word."""
        self._cause_to_be = Cause.NO_SOUND
        if self.call is not None:
            self.call.hang_up()

    def on_ended(self, code: int, reason: str) -> None:
        if self.gone.done():
            return
        self.answered.cancel()
        self.gone.set_result(self._cause_to_be or self._cause(code))

    def _maybe_answered(self) -> None:
        # An incoming call can be spoken to as soon as our answer has gone out with its sound.
        if self._has_sound and (self._confirmed or self.incoming) and not self.answered.done():
            self.answered.set_result(None)

    def _cause(self, code: int) -> Cause:
        if self._ended_by_us:
            return Cause.OURS
        if code < 300 or self.incoming:
            return Cause.HUNG_UP
        if code == 408 and not self.taken.done():
            return Cause.LINE_FAILED
        if code == 486:
            return self._means_busy
        return _CAUSES.get(code, Cause.LINE_FAILED if 500 <= code < 600 else Cause.FAILED)

    def _take(self) -> None:
        if not self.taken.done():
            self.taken.set_result(None)


class SipLine:
    """`Line` over one trunk."""

    def __init__(self, trunk: Trunk, country: str, stack: Stack, guard: Guard) -> None:
        self.name = trunk.name
        self.capabilities = Capabilities(channels=trunk.channels, can_dial=trunk.outbound)
        self._trunk, self._country, self._stack, self._guard = trunk, country, stack, guard
        self._account: StackAccount | None = None
        self._legs: set[SipLeg] = set()
        self._on_ring: Callable[[Leg], None] = lambda leg: leg.hang_up(Cause.BUSY)
        self._keeper: asyncio.Task[None] | None = None
        self._health = LineState(False, say("The line is starting."))
        self._registered: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self._registration = say("The line is registering.") if trunk.register else NOTHING
        self._certificate = NOTHING
        self._unanswered = 0
        self._answered = False  # ever
        self._asked_at: float | None = None
        self._trip: float | None = None
        self.on_state: Callable[[LineState], None] = lambda _state: None

    def state(self) -> LineState:
        """See Line."""
        return self._health

    def free_channels(self) -> int:
        """See Line."""
        return self._trunk.channels - len(self._legs)

    def reading(self) -> Reading:
        """See ObservedLine."""
        return Reading(trip=self._trip)

    async def hardware(self) -> Hardware:
        """See ObservedLine."""
        trunk = self._trunk
        registration = self._registration or ("registered" if trunk.register else "")
        where = f"{trunk.host}:{trunk.port} {trunk.transport}"
        return Hardware(model=trunk.kind, ports=(where,), registration=str(registration))

    async def start(self, on_ring: Callable[[Leg], None]) -> None:
        """See Line."""
        self._on_ring = on_ring
        self._keeper = asyncio.create_task(self._keep(), name=f"keeper of {self.name}")

    async def stop(self) -> None:
        """See Line."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for leg in tuple(self._legs):
            leg.hang_up()
        if self._account is not None:
            self._account.close()

    async def leave(self) -> None:
        """`stop` while the box runs on: the provider sends no more callers, its packets are lost.

        Only when the line carries no call.
        """
        self._on_ring, self.on_state = lambda leg: leg.hang_up(Cause.BUSY), lambda _state: None
        registered = self._trunk.register and self._account and not self._registration
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if registered and self._account is not None:
            while not self._registered.empty():
                self._registered.get_nowait()
            self._account.unregister()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SAYS_GOODBYE_S):
                    await self._registered.get()
        await self.stop()
        self._guard.shut(self.name)

    def dial(self, number: str) -> SipLeg:
        """See Line."""
        if self._account is None or not self._health.up:
            raise LineDown(say("The line %(line)s is down.", line=self.name), self._health.words)
        if self.free_channels() <= 0:
            raise LineDown(say("All channels of the line %(line)s are in use.", line=self.name))
        # A gateway knows of its own line only: that is what is in use.
        gateway = self._trunk.kind == "gateway"
        means_busy = Cause.LINE_FAILED if gateway else Cause.BUSY
        leg = SipLeg(self.name, Caller(number), means_busy=means_busy)
        self._hold(leg)
        leg.call = self._account.invite(self._uri(number), self._identity(), leg)
        return leg

    # -- what the stack tells ----------------------------------------------------------------

    def on_invite(self, call: StackCall, invite: str, source: str) -> SipLeg:
        """A call comes in; without a channel it is refused, but who called is still made known."""
        leg = SipLeg(self.name, caller_of(invite, self._country), call)
        if self.free_channels() <= 0:
            leg.hang_up(Cause.BUSY)
        else:
            self._hold(leg)
        self._on_ring(leg)
        return leg

    def on_registration(self, code: int, reason: str, retry_after: int = 0) -> None:
        """The outcome of a REGISTER. retry_after: seconds for which the provider wants peace."""
        if code // 100 == 2:
            self._registration = self._certificate = NOTHING
        elif code in (401, 403, 407):
            self._registration = say(
                "The provider of %(line)s refuses the user name or password.", line=self.name
            )
        else:
            self._registration = say(
                "The provider of %(line)s does not answer (%(why)s).",
                line=self.name,
                why=f"{code} {reason}",
            )
        self._registered.put_nowait((code, retry_after))
        self._judge()

    def on_options_reply(self, code: int) -> None:
        """Any answer shows that the far side lives; 408 and 503 are what the stack says of none."""
        self._unanswered = self._unanswered + 1 if code in (408, 503) else 0
        self._answered = self._answered or not self._unanswered
        asked, self._asked_at = self._asked_at, None
        took = asyncio.get_running_loop().time() - asked if asked is not None else 0.0
        self._trip = 1000 * took if asked is not None and not self._unanswered else None
        if not self._unanswered:
            self._certificate = NOTHING
        self._judge()

    def on_bad_certificate(self, why: str) -> None:
        """The far side could not prove who it is: nothing was said to it, no password shown."""
        self._certificate = together(
            say("The certificate of %(host)s is not accepted:", host=self._trunk.host), why
        )
        self._judge()

    def _judge(self) -> None:
        asked = self._trunk.keep_alive_seconds > 0
        if self._certificate:
            self._now(False, self._certificate)
        elif self._registration:
            self._now(False, self._registration)
        elif asked and self._unanswered >= MISSED_KEEP_ALIVES:
            self._now(False, say("%(host)s does not answer.", host=self._trunk.host))
        elif asked and not (self._answered or self._trunk.register):
            self._now(
                False, say("Waiting for the first answer of %(host)s.", host=self._trunk.host)
            )
        else:
            self._now(True, say("Callers can reach you on this line."))

    # -- keeping the line up -----------------------------------------------------------------

    async def _keep(self) -> None:
        """Find the far side, register, ask now and then whether it is there. For ever."""
        await self._authorities()
        found = await self._find()
        self._account = self._stack.account(self._trunk, self)
        self._settle_at(found)
        async with asyncio.TaskGroup() as keepers:
            keepers.create_task(self._follow_address())
            keepers.create_task(self._keep_alive())
            if self._trunk.register:
                keepers.create_task(self._keep_registered())
            self._judge()

    async def _authorities(self) -> None:
        """Without them the far side cannot prove who it is, and nothing may be said to it."""
        while self._trunk.asks_authorities and not (file := public_authorities()).is_file():
            self._now(
                False,
                say(
                    "There are no certificates of the public authorities on this machine"
                    " (%(file)s); install ca-certificates.",
                    file=file,
                ),
            )
            await asyncio.sleep(AUTHORITIES_AGAIN_S)

    async def _find(self) -> tuple[str, ...]:
        delay = FIRST_RETRY_S
        while True:
            try:
                return await self._guard.resolve(self._trunk.host)
            except OSError:
                self._now(
                    False,
                    say(
                        "The name %(host)s cannot be found on the Internet.", host=self._trunk.host
                    ),
                )
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_RETRY_S)

    async def _follow_address(self) -> None:
        """Providers move; a dead DNS changes nothing, the last address stays."""
        while not _is_address(self._trunk.host):
            await asyncio.sleep(RESOLVE_AGAIN_S)
            with contextlib.suppress(OSError):
                self._settle_at(await self._guard.resolve(self._trunk.host))

    def _settle_at(self, addresses: tuple[str, ...]) -> None:
        networks = (*addresses, *(str(network) for network in self._trunk.peers))
        if self._account is not None:
            self._account.networks = networks
        self._guard.let_in(self.name, self._trunk.host, addresses[0], networks)

    async def _keep_registered(self) -> None:
        """PJSIP refreshes what succeeded; what failed is tried again by us, ever more slowly."""
        delay = FIRST_RETRY_S
        self._register()
        while True:
            code, retry_after = await self._registered.get()
            if code // 100 == 2:
                delay = FIRST_RETRY_S
                continue
            refused = code in (401, 403, 407)
            wait = REFUSED_RETRY_S if refused else delay
            wait *= random.uniform(0.8, 1.2)  # noqa: S311 - spreads retries
            await asyncio.sleep(max(wait, min(retry_after, LONGEST_RETRY_S)))
            delay = min(delay * 2, LONGEST_RETRY_S)
            self._register()

    def _register(self) -> None:
        if self._account is not None:
            self._account.register()

    async def _keep_alive(self) -> None:
        every = self._trunk.keep_alive_seconds
        while every and self._account is not None:
            self._asked_at = asyncio.get_running_loop().time()
            self._account.ask_options(self._uri(""))
            await asyncio.sleep(every)

    # -- small decisions ---------------------------------------------------------------------

    def _uri(self, number: str) -> str:
        trunk = self._trunk
        user = f"{self._written(number)}@" if number else ""
        return f"sip:{user}{trunk.host}:{trunk.port};transport={trunk.transport}"

    def _identity(self) -> dict[str, str]:
        """Which of our numbers the telephone that we call is to show (RFC 3325, 9.2)."""
        trunk = self._trunk
        if trunk.number is None:
            return {}
        return {"P-Preferred-Identity": f"<sip:{trunk.number}@{trunk.host}>"}

    def _written(self, number: str) -> str:
        """An E.164 number as the far side wants it dialled; only digits and '+' ever leave."""
        digits = "".join(c for c in number if c.isdigit() and c.isascii())
        style = self._trunk.number_format
        if style == "national":
            return national(number, self._country)
        return DIALLED_PREFIX[style] + digits

    def _hold(self, leg: SipLeg) -> None:
        self._legs.add(leg)
        leg.gone.add_done_callback(lambda _gone: self._legs.discard(leg))

    def _now(self, up: bool, words: Said) -> None:
        if (up, words) != (self._health.up, self._health.words):
            self._health = LineState(up, words)
            log.info("line %s: %s", self.name, words)
            self.on_state(self._health)


class Guard:
    """Whose packets are let in, and where names lead: the union of what the lines say.

    The SIP stack asks no DNS: a dead name server would stop it for all calls. Names are resolved
    here, off the loop, and handed to it. follow: told of every change of who is let in.
    """

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.follow: Callable[[frozenset[str]], None] = lambda _networks: None
        self._networks: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, str] = {}

    def let_in(self, line: str, host: str, address: str, networks: tuple[str, ...]) -> None:
        """Replace what `line` lets in; `host` leads to `address` from now on."""
        self._networks[line] = networks
        self._names[host] = address
        self._stack.know({n: a for n, a in self._names.items() if n != a})
        self._allow()

    def shut(self, line: str) -> None:
        """Let in no more what only `line` let in."""
        self._networks.pop(line, None)
        self._allow()

    def _allow(self) -> None:
        networks = frozenset(network for each in self._networks.values() for network in each)
        self._stack.allow(networks)
        self.follow(networks)

    async def resolve(self, host: str) -> tuple[str, ...]:
        """IPv4 addresses of `host`, in the resolver's order. Raises OSError if there are none."""
        if _is_address(host):
            return (host,)
        return await _look_up(host)


def _look_up(host: str) -> asyncio.Future[tuple[str, ...]]:
    """Ask the resolver in a thread that nobody waits for: a dead name server must not hold up a
    box that is being stopped, as a thread of asyncio's own would.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def tell(hear: Callable[[Any], None], what: object) -> None:
        if not answer.done():
            hear(what)

    def ask() -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            try:
                found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
            except (OSError, UnicodeError) as error:  # a label of more than 63 letters is no name
                loop.call_soon_threadsafe(tell, answer.set_exception, OSError(str(error)))
            else:
                addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
                loop.call_soon_threadsafe(tell, answer.set_result, addresses)

    threading.Thread(target=ask, name=f"name of {host}", daemon=True).start()
    return answer


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _code_for(cause: Cause, answered: bool) -> int:
    if answered:
        return 0
    return {Cause.BUSY: 486, Cause.UNREACHABLE: 480, Cause.REJECTED: 603}.get(cause, 0)
