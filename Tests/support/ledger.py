"""A ledger of facts kept by a test: what was sent, what was acknowledged, which process was killed when; and senders that never give up."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

from support.network import Network, ask
from support.signing import OwnNode

# The month in which the senders' facts lie; every site of the network was in service.
MONTH = "2011-03"
_FIRST_DAY = 15_034  # 2011-03-01, in days since 1970-01-01
_DAYS = 31
_PLAY = 150_000  # of one lesson, in milliseconds: long enough to be effective
FINAL = {"stored", "duplicate"}


class Ledger:
    """Every line is on disk before the next thing happens, so that a test that is killed leaves an account too."""

    def __init__(self, file: Path):
        self.file = file
        self._lock = threading.Lock()
        self._output = file.open("a", encoding="utf-8")
        self.sent: dict[str, dict] = {}
        self.acknowledged: dict[str, str] = {}
        self.hits: list[dict] = []

    def send(self, facts: list[dict]) -> None:
        with self._lock:
            for fact in facts:
                if fact["id"] not in self.sent:
                    self.sent[fact["id"]] = fact
                    self._write("sent", fact)

    def acknowledge(self, verdicts: dict[str, str]) -> None:
        with self._lock:
            for name, verdict in verdicts.items():
                if self.acknowledged.get(name) != verdict:
                    self.acknowledged[name] = verdict
                    self._write("acknowledged", {"id": name, "verdict": verdict})

    def hit(self, step: str, victim: str, **more: object) -> None:
        with self._lock:
            self.hits.append({"step": step, "victim": victim} | more)
            self._write("hit", self.hits[-1])

    def _write(self, what: str, entry: dict) -> None:
        self._output.write(json.dumps({what: entry}, ensure_ascii=False) + "\n")
        self._output.flush()

    def close(self) -> None:
        self._output.close()

    def facts(self, acknowledged: bool) -> Facts:
        """What was acknowledged, or all that was sent."""
        return Facts.told([fact for name, fact in self.sent.items() if not acknowledged or name in self.acknowledged])

    def check(self, network: Network) -> None:
        """Acknowledged ⊆ stored ⊆ sent, and each minute and each play counted once."""
        told, sent = self.facts(True), self.facts(False)
        stored = Facts.stored(network, {fact["terminal"] for fact in self.sent.values()})
        assert told.minutes and told.plays, "Nothing was acknowledged, so nothing was tested"
        assert not (lost := told.minutes - stored.minutes), f"{len(lost)} acknowledged minutes are lost: {sorted(lost)[:5]}"
        assert not (lost := told.plays - stored.plays), f"{len(lost)} acknowledged plays are lost: {sorted(lost)[:5]}"
        assert not (made_up := stored.minutes - sent.minutes), f"{len(made_up)} minutes were never sent: {sorted(made_up)[:5]}"
        assert not (made_up := stored.plays - sent.plays), f"{len(made_up)} plays were never sent: {sorted(made_up)[:5]}"
        stored.check_counts(network)


@dataclass
class Facts:
    """Minutes as (terminal, day, minute), plays as (terminal, boot, sequence, intervals)."""

    minutes: set[tuple[str, int, int]] = field(default_factory=set)
    plays: set[tuple[str, int, int, tuple]] = field(default_factory=set)

    @staticmethod
    def told(facts: list[dict]) -> Facts:
        """Out of the form of docs/facts.md."""
        found = Facts()
        for fact in facts:
            if fact["kind"] == "presence":
                day = _FIRST_DAY + int(fact["day"][-2:]) - 1
                first, last = map(int, fact["minutes"].split("-"))
                found.minutes |= {(fact["terminal"], day, minute) for minute in range(first, last + 1)}
            else:
                intervals = tuple((one["at"], one["from"], one["until"]) for one in fact["intervals"])
                found.plays.add((fact["terminal"], fact["boot"], fact["sequence"], intervals))
        return found

    @staticmethod
    def stored(network: Network, terminals: set[str]) -> Facts:
        """Out of the centre's file."""
        found = Facts()
        for terminal, day, count, coded in network.query("SELECT t.id, p.day, p.on_minutes, p.minutes FROM presence p JOIN terminal t ON t.num = p.terminal"):
            if terminal in terminals:
                minutes = decoded_minutes(coded)
                assert len(minutes) == count, f"{terminal} on day {day}: {count} minutes are counted, {len(minutes)} are kept"
                found.minutes |= {(terminal, day, minute) for minute in minutes}
        for terminal, boot, sequence, coded in network.query("SELECT t.id, p.boot, p.sequence, p.intervals FROM play p JOIN terminal t ON t.num = p.terminal"):
            if terminal in terminals:
                found.plays.add((terminal, boot, sequence, decoded_intervals(coded)))
        return found

    def check_counts(self, network: Network) -> None:
        """The site-days say the same. Each of these terminals is the only one of its site."""
        expected: dict[tuple[str, int], list[int]] = {}
        # A minute in which something played was on, whether or not a beat said so.
        played = {
            (terminal, (at + 8 * 3_600_000) // 86_400_000, minute)
            for terminal, _, _, intervals in self.plays
            for at, start, until, *_ in intervals
            for minute in range((at + 8 * 3_600_000) % 86_400_000 // 60_000, ((at + 8 * 3_600_000) % 86_400_000 + until - start - 1) // 60_000 + 1)
        }
        for terminal, day, _ in self.minutes | played:
            expected.setdefault((terminal, day), [0, 0])[0] += 1
        for terminal, _, _, intervals in self.plays:
            expected.setdefault((terminal, (intervals[0][0] + 8 * 3_600_000) // 86_400_000), [0, 0])[1] += 1
        rows = network.query(
            "SELECT t.id, d.day, d.on_minutes, d.plays FROM site_day d JOIN terminal_assignment a ON a.site = d.site JOIN terminal t ON t.num = a.terminal"
            " WHERE d.day BETWEEN ? AND ?",
            *(_FIRST_DAY, _FIRST_DAY + _DAYS - 1),
        )
        counted = {(terminal, day): [minutes, plays] for terminal, day, minutes, plays in rows}
        assert counted == expected, f"Counted otherwise than kept: {sorted(set(map(str, counted.items())) ^ set(map(str, expected.items())))[:5]}"


def leb128(coded: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in coded:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def decoded_minutes(coded: bytes) -> set[int]:
    """For each run its gap from the run before and its length less one."""
    minutes: set[int] = set()
    numbers, end = list(leb128(coded)), 0
    for gap, length in zip(numbers[::2], numbers[1::2], strict=True):
        minutes |= set(range(end + gap, end + gap + length + 1))
        end += gap + length + 1
    return minutes


def decoded_intervals(coded: bytes) -> tuple[tuple[int, int, int], ...]:
    """For each interval its start since the one before, where in the media, how long, how fast."""
    found, wall = [], 0
    for start, media, length, _ in zip(*[leb128(coded)] * 4, strict=True):
        wall += start
        found.append((wall, media, media + length))
    return tuple(found)


class FactMaker:
    """Facts of one terminal in March 2011: presences that overlap, plays with keys of their own. The same seed makes the same facts."""

    def __init__(self, terminal: str, seed: int):
        self.terminal = terminal
        self.chance = random.Random(seed)
        self.boot = self.chance.getrandbits(52)
        self.count = 0

    def make(self, number: int) -> list[dict]:
        return [self._one() for _ in range(number)]

    def _one(self) -> dict:
        self.count += 1
        name, day = f"{self.terminal}-{self.count}", self.chance.randrange(_DAYS)
        if self.count % 4 == 0:
            at = (_FIRST_DAY + day) * 86_400_000 - 8 * 3_600_000 + self.chance.randrange(80_000) * 1000
            play = {"boot": self.boot, "sequence": self.count, "courseware": f"channel-{self.count % 7}", "mode": "channel"}
            return {"id": name, "kind": "play", "terminal": self.terminal, **play, "intervals": [{"at": at, "from": 0, "until": _PLAY}]}
        first = self.chance.randrange(1400)
        minutes = f"{first}-{first + self.chance.randrange(30)}"
        return {"id": name, "kind": "presence", "terminal": self.terminal, "day": f"{MONTH}-{day + 1:02}", "minutes": minutes}


class Restless(threading.Thread):
    """Works until it is told to finish; leaving its context gives it up."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stopping = threading.Event()
        self.given_up = False
        self.repeats = 0
        # Answers that no sender can do anything with.
        self.odd: list[str] = []

    @property
    def goes_on(self) -> bool:
        return not self.given_up and not self.odd

    def finish(self, seconds: float) -> None:
        """Lets it end in order."""
        self.stopping.set()
        self.join(seconds)
        assert not self.odd, f"{self} met {self.odd[:3]}"
        assert not self.is_alive(), f"{self} has not ended within {seconds} s"

    def abandon(self) -> None:
        self.given_up = True
        self.stopping.set()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.abandon()


class Sender(Restless):
    """Sends fact after fact to a node's parent, whatever happens to that, and repeats a batch until each of its facts has its verdict."""

    def __init__(self, ledger: Ledger, own: OwnNode, maker: FactMaker, batch: int = 20, pause: float = 0.1):
        super().__init__()
        self.ledger, self.own, self.maker, self.batch, self.pause = ledger, own, maker, batch, pause
        self.held: dict[str, dict] = {}

    def run(self) -> None:
        while not self.stopping.is_set():
            facts = self.maker.make(self.batch)
            self.ledger.send(facts)
            self.deliver(facts)
            if self.held and self.maker.count % (self.batch * 10) == 0:
                self.ask_about_held()
            time.sleep(self.pause)
        while self.held and self.goes_on:
            self.ask_about_held()
            time.sleep(0.2)

    def deliver(self, facts: list[dict]) -> None:
        """Returns when every fact is acknowledged, by the centre or as held by an edge."""
        while facts and self.goes_on:
            verdicts = self.post("/api/v1/facts", {"batch": f"b-{self.maker.count}-{self.repeats}", "facts": facts})
            if verdicts is None:
                self.repeats += 1
                time.sleep(0.1)
                continue
            self.take(verdicts, {fact["id"]: fact for fact in facts})
            facts = [fact for fact in facts if fact["id"] not in verdicts]

    def ask_about_held(self) -> None:
        """An edge that does not know a fact any more is given it again."""
        asked = dict(list(self.held.items())[:1000])
        verdicts = self.post("/api/v1/receipts", {"ids": list(asked)})
        if verdicts is None:
            return
        self.take(verdicts, asked)
        self.deliver([fact for name, fact in asked.items() if name not in verdicts])

    def take(self, verdicts: dict[str, str], facts: dict[str, dict]) -> None:
        self.odd += [f"{name} got {verdict}" for name, verdict in verdicts.items() if verdict not in FINAL | {"held"}]
        self.ledger.acknowledge(verdicts)
        for name, verdict in verdicts.items():
            if verdict == "held":
                self.held[name] = facts[name]
            else:
                self.held.pop(name, None)

    def post(self, path: str, body: dict) -> dict[str, str] | None:
        """Verdicts by id; nothing when nothing is known (docs/facts.md, 4)."""
        try:
            answer = self.own.post(json.dumps(body).encode(), path)
            if answer.status == 200:
                return {one["id"]: one["verdict"] for one in answer.json()["verdicts"]}
            if answer.status < 500 and answer.status != 429:
                self.odd.append(f"{path} was answered {answer.status}: {answer.text}")
            elif answer.status not in (503, 507):
                self.odd.append(f"{path} was answered {answer.status}, which says nothing to the sender: {answer.text[:200]}")
        except (OSError, http.client.HTTPException, ValueError):
            pass
        return None


class Player(Restless):
    """A television page without a page: tells a terminal of one play after the other, each growing, and repeats what was not answered."""

    def __init__(self, address: str, courseware: str, pause: float = 0.1):
        super().__init__()
        self.address, self.courseware, self.pause = address, courseware, pause
        self.told: dict[str, list[dict]] = {}
        self.stored: dict[str, list[dict]] = {}

    def run(self) -> None:
        number = 0
        began = int(time.time() * 1000) - 3_600_000
        while not self.stopping.is_set() and self.goes_on:
            number += 1
            # Plays of three seconds, one after the other in the hour that has just passed.
            at = began + number * 4000
            for seconds in (1, 2, 3):
                self.tell(f"play-{at}", [{"at": at, "from": 0, "until": seconds * 1000, "rate": 1000}], ended=seconds == 3)
                time.sleep(self.pause)

    def tell(self, play: str, intervals: list[dict], ended: bool) -> None:
        self.told[play] = intervals
        body = {"play": play, "courseware": self.courseware, "mode": "demand", "intervals": intervals, "ended": ended}
        while self.goes_on:
            try:
                answer = ask(self.address, "POST", "/tv/plays", json.dumps(body).encode(), {"Content-Type": "application/json"})
                if answer.status == 200:
                    self.stored[play] = intervals
                    return
                if answer.status not in (503, 507):
                    self.odd.append(f"The play was answered {answer.status}: {answer.text}")
            except (OSError, http.client.HTTPException):
                pass
            self.repeats += 1
            time.sleep(0.1)

    def missing(self, network: Network, terminal: str) -> list[str]:
        """Plays that the terminal has taken and the centre does not have to their ends."""
        kept = self.at_centre(network, terminal)
        return [play for play, intervals in self.stored.items() if (intervals[-1]["at"], 0, intervals[-1]["until"]) not in kept]

    def check(self, network: Network, terminal: str) -> None:
        """Each play once and to its end."""
        told = {intervals[-1]["at"]: intervals[-1]["until"] for intervals in self.told.values()}
        kept = [(at, until) for at, _, until in self.at_centre(network, terminal) if at in told]
        assert len(kept) == len(dict(kept)), "A play is counted twice"
        assert dict(kept) == told, "The centre keeps another length than was told"

    @staticmethod
    def at_centre(network: Network, terminal: str) -> list[tuple[int, int, int]]:
        rows = network.query("SELECT p.intervals FROM play p JOIN terminal t ON t.num = p.terminal WHERE t.id = ?", terminal)
        return [interval for (coded,) in rows for interval in decoded_intervals(coded)]
