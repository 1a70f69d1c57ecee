"""Nodes join, sign, report and are sent away: real processes, and a node of our own that knows only docs/facts.md."""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

import pytest

from support.network import SITES, Answer, Network, ask, until
from support.processes import Program
from support.signing import OwnNode, WrongNetwork, signature

FACTS = "/api/v1/facts"
DAY = "2011-03-05"
HAN_OR_WORD = re.compile(r"\w{2,}")


@pytest.fixture(scope="module")
def own(network: Network) -> OwnNode:
    """A set-top box of another maker at the third site."""
    return OwnNode(network.address()).enrol(network.terminal_claim(SITES[2].terminal))


@pytest.fixture(scope="module")
def edges(network: Network) -> list[OwnNode]:
    return [OwnNode(network.address()).enrol(network.edge_claim(f"own-edge-{number}", "990101")) for number in (1, 2)]


def try_to_join(network: Network, claim: str, folder: Path) -> Program:
    """A terminal that is given a claim and no parent of its own."""
    program = Program([network.program, "terminal", "--data", folder / "node", "--port", "0", "--claim", claim, "--poll-seconds", "1"], folder / "node.log")
    return program.start()


def forged_claim(network: Network, terminal: str = SITES[1].terminal) -> tuple[str, str]:
    """A claim, and the same with the fingerprint of another network."""
    claim = network.terminal_claim(terminal, network.line.address)
    *head, fingerprint, scheme, address = claim.split(":", 4)[:4] + claim.split(":", 4)[4].split(":", 1)
    return claim, ":".join([*head, fingerprint[::-1], scheme, address])


def presence(own: OwnNode, name: str, minutes: str, day: str = DAY, terminal: str = "") -> dict:
    return {"id": name, "kind": "presence", "terminal": terminal or own.node, "day": day, "minutes": minutes}


def play(own: OwnNode, name: str, sequence: int, **fields: object) -> dict:
    fact = {"id": name, "kind": "play", "terminal": own.node, "boot": 77, "sequence": sequence, "courseware": "channel-1", "mode": "channel"}
    return fact | {"intervals": [{"at": 1299321300000, "from": 0, "until": 900000}]} | fields


def on_minutes(network: Network, terminal: str, day: str = DAY) -> int:
    number = (time.strptime(day, "%Y-%m-%d"), time.strptime("1970-01-01", "%Y-%m-%d"))
    days = round((time.mktime(number[0]) - time.mktime(number[1])) / 86_400)
    rows = network.query("SELECT p.on_minutes FROM presence p JOIN terminal t ON t.num = p.terminal WHERE t.id = ? AND p.day = ?", terminal, days)
    return rows[0][0] if rows else 0


def problem(answer: Answer, status: int, code: str) -> None:
    """A refusal between programs: its status, its code, and a sentence."""
    assert answer.status == status, f"{answer.status}: {answer.text}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == f"urn:yuanjiao:{code}" and told["status"] == status
    assert len(HAN_OR_WORD.findall(told["title"])) >= 3, f"No sentence: {told}"


# Joining


def test_a_wrong_fingerprint_keeps_the_code_in_the_box(network: Network, tmp_path: Path) -> None:
    network.line.parent = network.address()
    claim, forged = forged_claim(network)
    with try_to_join(network, forged, tmp_path) as program:
        until(lambda: network.line.roots, 20, "The root is asked for")
        time.sleep(2)
        assert network.line.enrolments == [], "The code left the box"
        assert not (tmp_path / "node" / "enrolment.json").exists(), program.tail()
    # The code has not been used up.
    assert OwnNode(network.address()).enrol(claim).node == SITES[1].terminal


def test_a_wrong_fingerprint_ends_the_program_with_a_sentence(network: Network, tmp_path: Path) -> None:
    """It will not get better by trying again, and somebody stands before the box who can read."""
    network.line.parent = network.address()
    _, forged = forged_claim(network, SITES[3].terminal)
    with try_to_join(network, forged, tmp_path) as program:
        until(lambda: not program.running, 8, "The program ends")
        assert program.status != 0 and re.search("root|fingerprint", program.said()), program.tail()


def test_a_claim_that_cannot_be_read_ends_the_program_with_a_sentence(network: Network, tmp_path: Path) -> None:
    with try_to_join(network, "yuanjiao-claim:1:ABCDE", tmp_path) as program:
        until(lambda: not program.running, 8, "The program ends")
        assert program.status != 0 and "claim" in program.said(), program.tail()


def test_our_own_node_also_sees_the_wrong_network(network: Network) -> None:
    claim = network.terminal_claim(SITES[3].terminal)
    parts = claim.split(":", 4)
    with pytest.raises(WrongNetwork):
        OwnNode(network.address()).enrol(":".join([*parts[:3], "0" * 64, parts[4]]))


def test_a_claim_is_good_once(network: Network, tmp_path: Path) -> None:
    claim = network.edge_claim("edge-once", "990102")
    OwnNode(network.address()).enrol(claim)
    code = claim.split(":")[2]
    problem(OwnNode(network.address()).ask_to_enrol(code), 403, "node.claim_unknown")
    program = try_to_join(network, claim, tmp_path)
    try:
        assert program.wait(20) != 0
    finally:
        program.stop()
    assert "403" in program.said() and not (tmp_path / "node" / "enrolment.json").exists(), program.said()


def test_a_lost_answer_does_not_lose_the_claim(network: Network, tmp_path: Path) -> None:
    """The centre has enrolled the box, the line breaks, the box asks again with the same key: it is the same box."""
    network.line.parent = network.address()
    network.line.loses_enrolments = 1
    asked = len(network.line.enrolments)
    with try_to_join(network, network.terminal_claim(SITES[3].terminal, network.line.address), tmp_path) as program:
        until(lambda: len(network.line.enrolments) >= asked + 2, 20, "The box asks again")
        assert json.loads(network.line.enrolments[-1])["public_key"] == json.loads(network.line.enrolments[-2])["public_key"]
        until(lambda: (tmp_path / "node" / "enrolment.json").exists() or not program.running, 10, "The box joins or gives up")
        assert program.running, program.tail(3)


def test_a_new_claim_ends_the_one_before(network: Network) -> None:
    first, second = (network.edge_claim("edge-twice", "990102").split(":")[2] for _ in range(2))
    problem(OwnNode(network.address()).ask_to_enrol(first), 403, "node.claim_unknown")
    assert OwnNode(network.address()).ask_to_enrol(second).status == 200


def test_a_key_is_never_replaced_in_silence(network: Network, own: OwnNode) -> None:
    assert "already_enrolled" in network.command("claim", "--terminal", own.node, "--parent", network.address(), status=1)


def test_a_wrong_code_is_refused(network: Network) -> None:
    problem(OwnNode(network.address()).ask_to_enrol("ABCDEFGHJK"), 403, "node.claim_unknown")
    for code in ("", "UUUUUUUUUU", "x" * 5000):
        assert OwnNode(network.address()).ask_to_enrol_openly(code).status == 400
        assert OwnNode(network.address()).ask_to_enrol(code).status == 400
    for body in (b"", b"[]", b'{"code": 7}', b'{"code": "ABCDEFGHJK", "public_key": "00", "version": "1"}', b"\xff\xfe"):
        assert ask(network.address(), "POST", "/api/v1/enrolments", body).status == 400, body


def test_a_code_may_be_typed_as_people_do(network: Network) -> None:
    code = network.edge_claim("edge-typed", "990102").split(":")[2]
    assert OwnNode(network.address()).ask_to_enrol(f" {code[:5].lower()}-{code[5:]} ").status == 200


def test_a_box_that_cannot_seal_shows_its_code(network: Network, own: OwnNode) -> None:
    """The old form: it joins, and takes no other node's key."""
    code = network.edge_claim("edge-open", "990102").split(":")[2]
    problem(own.ask_to_enrol_openly(code), 409, "node.key_taken")
    assert OwnNode(network.address()).ask_to_enrol_openly(code).status == 200
    problem(OwnNode(network.address()).ask_to_enrol_openly("ABCDEFGHJK"), 403, "node.claim_unknown")


def test_the_answer_says_what_the_document_promises(own: OwnNode) -> None:
    identity = own.identity
    assert identity["node"] == SITES[2].terminal and identity["kind"] == "terminal"
    assert identity["site"] == SITES[2].code
    assert (identity["site_name"], identity["area"], identity["site_kind"]) == (SITES[2].name, SITES[2].area, SITES[2].kind)
    assert identity["zone"] == "Asia/Shanghai" and identity["epoch"]


# Signatures


def test_the_signature_of_the_document_is_ours(own: OwnNode) -> None:
    body = b'{"batch":"b-1","facts":[{"id":"f-1","kind":"presence","terminal":"T990101001201101","day":"2011-03-05","minutes":"1110-1169"}]}'
    example = OwnNode("", seed=bytes(range(32)))
    assert len(body) == 127 and hashlib.sha256(body).hexdigest() == "b6a53d52c1d17cd205062f16b51a87c1ce953fa0f3324012df3f06bd2142f828"
    assert example.public_key == "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    told = "dkHuhUFr-z_vtHSb_8tE2Ml0368FE46tp-qo9BCDPB50KYUqQeCP_NEj1zozuBWhSgx8bLcHqU6snrJna9JJCg"
    assert signature(example.key, "POST", FACTS, "T990101001201101", body) == told


def test_what_is_not_signed_by_the_enrolled_key_is_401(network: Network, own: OwnNode) -> None:
    body = json.dumps({"batch": "b", "facts": [presence(own, "f", "1")]}).encode()
    good = own.signed("POST", FACTS, body)
    stranger = OwnNode(network.address())
    forged = {
        "unsigned": {},
        "another's key": stranger.signed("POST", FACTS, body, node=own.node),
        "another body": own.signed("POST", FACTS, body + b" "),
        "another path": own.signed("POST", "/api/v1/receipts", body),
        "another method": own.signed("GET", FACTS, body),
        "an unknown node": own.signed("POST", FACTS, body, node="T-nobody"),
        "no form": {"Authorization": "Bearer abc"},
        "a node twice": {"Authorization": good["Authorization"] + f", node={own.node}"},
        "a flipped bit": {"Authorization": good["Authorization"][:-9] + ("A" if good["Authorization"][-9] != "A" else "B") + good["Authorization"][-8:]},
    }
    for what, headers in forged.items():
        answer = ask(network.address(), "POST", FACTS, body, headers)
        assert answer.status == 401, f"{what}: {answer.status} {answer.text}"
        problem(answer, 401, "node.unknown")
    assert on_minutes(network, own.node) == 0


# Facts


def test_facts_get_their_verdicts(network: Network, own: OwnNode) -> None:
    now = int(time.time() * 1000)
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 + 86_400))
    verdicts = own.send(
        presence(own, "good", "1110-1169,1175"),
        play(own, "played", 1),
        {"id": "mark", "kind": "watermark", "terminal": own.node, "through_at": 1299340800000},
        presence(own, "stranger", "1-9", terminal="T-unknown"),
        presence(own, "neighbour", "1-9", terminal=SITES[0].terminal),
        presence(own, "before", "1-9", day="2010-05-31"),
        presence(own, "future", "1-9", day=tomorrow),
        {"id": "mark-future", "kind": "watermark", "terminal": own.node, "through_at": now + 3_600_000},
        presence(own, "clock-1970", "1-9", day="1970-01-01"),
        {"id": "mark-1970", "kind": "watermark", "terminal": own.node, "through_at": 3_600_000},
        play(own, "nowhere", 2, mode="demand", courseware="no-such-lesson"),
        presence(own, "long", "1440", day=DAY),
        play(own, "backwards", 3, intervals=[{"at": 1299321300000, "from": 900000, "until": 0}]),
        play(own, "endless", 4, intervals=[{"at": 1299321300000, "from": 0, "until": 90_000_000}]),
        play(own, "fast", 5, intervals=[{"at": 1299321300000, "from": 0, "until": 1000, "rate": 99}]),
        {"id": "kind", "kind": "weather", "terminal": own.node},
    )
    assert verdicts == {
        "good": ("stored", ""),
        "played": ("stored", ""),
        "mark": ("stored", ""),
        "stranger": ("refused", "fact.not_yours"),
        "neighbour": ("refused", "fact.not_yours"),
        "before": ("quarantined", "fact.not_assigned"),
        "future": ("quarantined", "fact.future"),
        "mark-future": ("quarantined", "fact.future"),
        "clock-1970": ("quarantined", "fact.before_network"),
        "mark-1970": ("quarantined", "fact.before_network"),
        "nowhere": ("quarantined", "fact.unknown_courseware"),
        "long": ("refused", "fact.minute_beyond_day"),
        "backwards": ("refused", "fact.interval"),
        "endless": ("refused", "fact.play_too_long"),
        "fast": ("refused", "fact.rate"),
        "kind": ("refused", "fact.kind"),
    }
    assert on_minutes(network, own.node) == 61


@pytest.mark.parametrize(
    "wrong, reason",
    [
        ({"minutes": 7}, "fact.field"),
        ({"minutes": "9-3"}, "fact.minutes"),
        ({"minutes": ""}, "fact.minutes"),
        ({"minutes": "1500"}, "fact.minutes"),
        ({"day": "2011-02-30"}, "fact.day"),
        ({"day": 20110305}, "fact.field"),
        ({"terminal": ["T"]}, "fact.field"),
        ({"terminal": ""}, "fact.name"),
        ({"terminal": "x" * 65}, "fact.name"),
        ({"kind": None}, "fact.field"),
        ({"kind": "play", "boot": -1, "sequence": 1, "courseware": "c", "mode": "channel", "intervals": [{"at": 1, "from": 0, "until": 1}]}, "fact.number"),
        ({"kind": "play", "boot": 2**53, "sequence": 1, "courseware": "c", "mode": "channel", "intervals": [{"at": 1, "from": 0, "until": 1}]}, "fact.number"),
        ({"kind": "play", "boot": 1.5, "sequence": 1, "courseware": "c", "mode": "channel", "intervals": [{"at": 1, "from": 0, "until": 1}]}, "fact.field"),
        ({"kind": "play", "boot": 1, "sequence": 1, "courseware": "c", "mode": "asleep", "intervals": [{"at": 1, "from": 0, "until": 1}]}, "fact.mode"),
        ({"kind": "play", "boot": 1, "sequence": 1, "courseware": "c", "mode": "channel", "intervals": []}, "fact.intervals"),
        ({"kind": "play", "boot": 1, "sequence": 1, "courseware": "c", "mode": "channel", "intervals": [7]}, "fact.not_an_object"),
        ({"kind": "watermark"}, "fact.field"),
        ({"kind": "watermark", "through_at": "soon"}, "fact.field"),
    ],
)
def test_a_fact_of_wrong_types_is_refused_and_its_neighbours_are_not(own: OwnNode, wrong: dict, reason: str) -> None:
    good = presence(own, "neighbour", "1110")
    assert own.send(good, presence(own, "bad", "1") | wrong, good | {"id": "other"}) == {
        "neighbour": ("duplicate", ""),
        "bad": ("refused", reason),
        "other": ("duplicate", ""),
    }


def test_an_entry_that_is_no_object_is_refused(own: OwnNode) -> None:
    answer = own.post(json.dumps({"batch": "b", "facts": [7, "x", None, [], presence(own, "good", "1110")]}).encode())
    assert [(one["id"], one["verdict"], one["reason"]) for one in answer.json()["verdicts"]] == [
        *[("", "refused", "fact.not_an_object")] * 4,
        ("good", "duplicate", ""),
    ]


@pytest.mark.parametrize(
    "body, code",
    [
        (b"", "batch.malformed"),
        (b"{", "batch.malformed"),
        (b"\xff\xfe\x00", "batch.malformed"),
        (b"[" * 20_000, "batch.malformed"),
        (b"[]", "fact.not_an_object"),
        (b'{"batch": "b"}', "fact.field"),
        (b'{"batch": "b", "facts": 7}', "fact.field"),
        (b'{"batch": "", "facts": []}', "fact.name"),
        (b'{"batch": "two words", "facts": []}', "fact.name"),
        (b'{"facts": []}', "fact.field"),
    ],
)
def test_what_is_no_batch_is_400(own: OwnNode, body: bytes, code: str) -> None:
    problem(own.post(body), 400, code)


def test_a_body_of_ten_megabytes_is_413(own: OwnNode) -> None:
    body = json.dumps({"batch": "b", "facts": [presence(own, "f", "1110")], "ballast": "x" * (10 << 20)}).encode()
    problem(own.post(body), 413, "batch.too_large")
    # Also without a length said beforehand.
    pieces = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    answer = ask(own.address, "POST", FACTS, iter(pieces), own.signed("POST", FACTS, body))
    assert answer.status == 413, f"{answer.status}: {answer.text}"


def test_more_than_5000_facts_are_413(own: OwnNode) -> None:
    facts = [presence(own, f"f-{number}", "1110") for number in range(5001)]
    problem(own.post(json.dumps({"batch": "b", "facts": facts}).encode()), 413, "batch.too_many")
    assert set(own.send(*facts[:5000]).values()) == {("duplicate", "")}


def test_a_batch_a_hundred_times_counts_once(network: Network, own: OwnNode) -> None:
    facts = [presence(own, "p", "600-629", day="2011-03-06"), play(own, "q", 9, intervals=[{"at": 1299377400000, "from": 0, "until": 600_000}])]
    assert own.send(*facts) == {"p": ("stored", ""), "q": ("stored", "")}
    before = network.query("SELECT day, site, on_minutes, effective_seconds, plays FROM site_day ORDER BY day, site")
    for number in range(100):
        order = facts if number % 2 else facts[::-1]
        assert set(own.send(*[fact | {"id": f"{fact['id']}-{number}"} for fact in order]).values()) == {("duplicate", "")}
    assert network.query("SELECT day, site, on_minutes, effective_seconds, plays FROM site_day ORDER BY day, site") == before
    assert on_minutes(network, own.node, "2011-03-06") == 30


def test_two_edges_carry_one_terminal_and_it_counts_once(network: Network, own: OwnNode, edges: list[OwnNode]) -> None:
    first, second = edges
    day = "2011-03-08"
    before = network.bulletin(area="990101", month="2011-03")["total"]
    assert first.carry(own.envelope(presence(own, "a", "600-629", day))) == [[("stored", "")]]
    assert second.carry(own.envelope(presence(own, "b", "600-629", day))) == [[("duplicate", "")]]
    assert second.carry(own.envelope(presence(own, "c", "620-639", day))) == [[("stored", "")]]
    assert first.carry(own.envelope(presence(own, "d", "600-639", day))) == [[("duplicate", "")]]
    assert own.send(presence(own, "e", "630-639", day)) == {"e": ("duplicate", "")}
    assert on_minutes(network, own.node, day) == 40
    march = network.bulletin(area="990101", month="2011-03")["total"]
    assert march["on_minutes"] == before["on_minutes"] + 40 and march["switched_on"] == before["switched_on"]


def test_an_edge_says_nothing_for_a_box_that_signs(network: Network, own: OwnNode, edges: list[OwnNode]) -> None:
    """Not in its own batch, and not by changing what the box signed; nor does an edge of another county carry it."""
    edge, day = edges[0], "2011-03-08"
    assert edge.send(presence(edge, "a", "1-9", day, own.node)) == {"a": ("refused", "fact.not_yours")}
    envelope = own.envelope(presence(own, "b", "600-639", day))
    assert edge.carry(envelope.replace(b"600-639", b"000-999"), edge.envelope(presence(own, "c", "1-9", day)), envelope) == [
        "node.unknown", [("refused", "fact.not_yours")], [("duplicate", "")],
    ]
    stranger = OwnNode(network.address()).enrol(network.edge_claim("other-edge", "990102"))
    assert stranger.carry(envelope) == ["node.not_below"]
    assert on_minutes(network, own.node, day) == 40


def test_what_an_edge_carried_is_taken_out_as_one(network: Network, own: OwnNode, edges: list[OwnNode]) -> None:
    """Shown first, then done, then taken back; and the centre says from where it has what."""
    edge, day = edges[0], "2011-03-09"

    def minutes() -> int:
        return network.bulletin(area="990101", month="2011-03")["total"]["on_minutes"]

    assert edge.carry(own.envelope(presence(own, "z", "600-609", day))) == [[("stored", "")]]
    before = minutes()
    assert f"self carried by {edge.node}" in network.command("void", "source").splitlines()
    options = ("void", "source", "--carried-by", edge.node, "--from", day, "--through", day, "--reason", "drill")
    said = network.command(*options)
    assert "1 days of 1 terminals" in said and f"minutes {before} -> {before - 10}" in said and "Nothing was changed" in said
    assert minutes() == before
    proposal = network.command(*options, "--apply").split()[-1]
    assert minutes() == before - 10
    network.command("void", "withdraw", proposal)
    assert minutes() == before
    assert "refused" not in network.command("void", "source", "--carried-by", "nobody", *options[4:], status=1)


def test_an_edge_may_not_report_a_stranger_unseen(edges: list[OwnNode]) -> None:
    edge = edges[0]
    assert edge.send(presence(edge, "a", "1", terminal="T-unknown")) == {"a": ("quarantined", "fact.unknown_terminal")}


# Going


def test_a_revoked_node_is_sent_away(network: Network, own: OwnNode) -> None:
    """It cannot report, ask or fetch; what it has reported stays; nobody else is touched."""
    before = on_minutes(network, own.node)
    assert own.post(b'{"ids": []}', "/api/v1/receipts").status == 200
    network.command("revoke", own.node, "--reason", "stolen")
    problem(own.post(json.dumps({"batch": "b", "facts": [presence(own, "f", "1-99")]}).encode()), 403, "node.revoked")
    problem(own.post(b'{"ids": []}', "/api/v1/receipts"), 403, "node.revoked")
    problem(own.get(f"/api/v1/blobs/{'0' * 64}"), 403, "node.revoked")
    assert on_minutes(network, own.node) == before > 0
    again = OwnNode(network.address()).enrol(network.terminal_claim(own.node))
    assert again.send(presence(again, "f", "1110")) == {"f": ("duplicate", "")}
    problem(own.post(json.dumps({"batch": "b", "facts": []}).encode()), 401, "node.unknown")


def test_a_revoked_terminal_hears_it_from_its_edge(network: Network) -> None:
    """Real processes: the edge learns of it and lets the terminal neither report nor fetch."""
    network.line.parent = network.address("edge")
    network.start("edge", "edge", "--parent", network.address(), "--claim", network.edge_claim(), "--poll-seconds", "1")
    own = OwnNode(network.address("edge")).enrol(network.terminal_claim(SITES[0].terminal, network.address("edge")))
    assert own.send(presence(own, "f", "300-309")) == {"f": ("held", "")}
    until(lambda: on_minutes(network, own.node) == 10, 20, "The edge passes the fact on")
    until(lambda: own.ask_about("f") == {"f": "stored"}, 20, "The edge hands the centre's word on, as the centre signed it")
    assert own.post(json.dumps({"ids": ["f"] * 1001}).encode(), "/api/v1/receipts").status == 413
    network.command("revoke", own.node, "--reason", "taken down")
    network.kill("edge")
    network.restart("edge")
    until(lambda: own.get(f"/api/v1/blobs/{'0' * 64}").status == 403, 20, "The edge knows of the revocation")
    problem(own.post(json.dumps({"batch": "b", "facts": [presence(own, "g", "400-409")]}).encode()), 403, "node.revoked")
    problem(own.get(f"/api/v1/blobs/{'0' * 64}"), 403, "node.revoked")
    time.sleep(1)
    assert on_minutes(network, own.node) == 10


def test_blobs_are_for_enrolled_nodes_only(network: Network) -> None:
    assert ask(network.address(), "GET", f"/api/v1/blobs/{'0' * 64}").status == 401
    assert ask(network.address(), "GET", "/api/v1/nodes").status == 401


def test_a_command_names_who_gave_it(network: Network) -> None:
    """The person that it was given, or the system's user; never nobody."""
    network.command("claim", "--edge", "edge-named", "--area", "990102", "--parent", network.address(), "--as", "王 主任\u202e")
    network.command("claim", "--edge", "edge-unnamed", "--area", "990102", "--parent", network.address())
    actors = dict(network.query("SELECT subject, actor FROM event WHERE kind = 'node.claim_made'"))
    assert actors["edge-named"] == "command-line:王 主任"
    assert re.fullmatch(r"command-line:\S+", actors["edge-unnamed"])
    network.add_account("auditor-1", "auditor", "9901")
    page = network.sign_in("auditor-1").get("/events").text
    assert "命令行（王 主任）" in page
    assert "at most 64" in network.command("claim", "--edge", "x", "--area", "990102", "--parent", network.address(), "--as", "x" * 65, status=1)
