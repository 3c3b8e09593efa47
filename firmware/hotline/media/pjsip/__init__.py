"""PJSIP: the SIP stack and its conference bridge. The only room that speaks to pjsua2.

`stack` owns PJSIP's one thread; `accounts` are trunks, `calls` what goes over them, and `ports`
what else is on the bridge. PJSIP's objects are made and destroyed in that thread alone, all of them
before the library itself is: one that dies elsewhere, or later when the garbage is collected, is a
crash. `seam` is what lies between that thread and the rest.
"""
