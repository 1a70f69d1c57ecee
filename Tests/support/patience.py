"""How long tests wait.

The seconds that a wait names are those of an idle machine, and only its end: a test goes on as soon as it sees what it waits for. A machine that has other work makes a test slow
and not red, so each end lies ten times as far away.
"""

from __future__ import annotations

PATIENCE = 10
