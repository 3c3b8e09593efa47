"""What is left on a SIM card, by the code of its operator (USSD)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hotline.at import commands
from hotline.at.services import Ussd
from hotline.errors import LineDown
from hotline.lines.atport import AtPort
from hotline.options import Modem
from hotline.said import say

REPLY_S = 30.0
_LATER = say("Try again in a minute.")
_OPERATOR = say("Ask the operator for its code; some answer none over 4G.")


class Balance:
    """Asks over one modem. session: the port, None while it may not be asked; see `GsmLine`."""

    def __init__(
        self, modem: Modem, session: Callable[[], AtPort | None], *, as_septets: bool
    ) -> None:
        self._name, self._code, self._as_septets = modem.name, modem.balance, as_septets
        self._session = session
        self._reply: asyncio.Future[Ussd] | None = None

    def hear(self, reply: Ussd) -> None:
        """The network says something: to us, or of itself."""
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(reply)

    async def ask(self) -> str:
        """See MobileLine."""
        if not self._code:
            raise LineDown(
                say(
                    "The box does not know how to ask for the balance of %(line)s.", line=self._name
                ),
                say('Write balance = "*100#", or the code of your operator, into its [[modem]].'),
            )
        port = self._session()
        if port is None or self._reply is not None:
            raise LineDown(say("The line %(line)s cannot be asked now.", line=self._name), _LATER)
        self._reply = asyncio.get_running_loop().create_future()
        try:
            return await self._ask(port, self._reply)
        finally:
            self._reply = None

    async def _ask(self, port: AtPort, reply: asyncio.Future[Ussd]) -> str:
        answer = await port.ask(commands.ask_network(self._code, as_septets=self._as_septets))
        if not answer.ok:
            raise LineDown(
                say("The network takes no codes from %(line)s.", line=self._name), _OPERATOR
            )
        try:
            async with asyncio.timeout(REPLY_S):
                told = await reply
        except TimeoutError:
            await port.ask(commands.END_USSD)
            raise LineDown(
                say("The network did not answer %(code)s.", code=self._code), _OPERATOR
            ) from None
        if told.more:
            await port.ask(commands.END_USSD)
        if told.failed:
            raise LineDown(
                say("The network has no answer to %(code)s.", code=self._code), _OPERATOR
            )
        return told.text
