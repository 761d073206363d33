"""Every door of the server, tried by Schemathesis with input that nobody planned for: once as each role signed in and
once as a device. No answer may be a fault of the server's own, and every door must be seen open at least once."""

import collections
import contextlib
import os
import pathlib
import re
import sys
import tempfile
import time

import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode

from prepared import Prepared
from street import Phone, Server, person

ROLES = {
    "grid_worker": "wang",
    "community_secretary": "secretary-longquan",
    "triage_officer": "triage",
    "street_head": "head",
    "department_member": "municipal",
    "auditor": "auditor",
    "administrator": "admin",
}
MODES = ("demo", "empty")
EXAMPLES = int(os.environ.get("XUNGE_DOORS_EXAMPLES", "6"))
# A caller who is refused at the door itself sees the same refusal whatever is sent.
REFUSED_EXAMPLES = 1
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
KNOWN_BY = {"authorization", "x-sync-proto", "x-xunge"}
# These would end what the other doors are tried with; prepared requests go through them once.
ENDING = {"DELETE /v1/session", "POST /v1/devices/{id}/revoke", "POST /v1/fork", "POST /v1/switch", "POST /v1/wiped"}


class Record:
    """Which status each operation gave, and every fault."""

    def __init__(self):
        self.statuses = collections.defaultdict(collections.Counter)
        self.faults = []

    def __call__(self, operation, answer, who="prepared"):
        self.statuses[operation][answer.status_code] += 1
        if answer.status_code >= 500:
            self.faults.append(f"{operation} as {who}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code >= 400 and answer.request.method != "HEAD":
            try:
                code = answer.json()["error"]["code"]
            except (ValueError, KeyError, TypeError):
                self.faults.append(f"{operation} as {who}: {answer.status_code} without a code: {answer.text[:200]}")
            else:
                assert isinstance(code, str)


def admitted(operation, session, known, record, who):
    """Whether this caller may open the door at all, whatever the answer to a plain request is then."""
    label = f"{operation.method.upper()} {operation.path}"
    path = re.sub(r"{\w+}", lambda _: next(iter(known.get(operation.path.split("/{")[0], [NOBODY]))), operation.path)
    body = {"json": {}} if operation.body else {}
    with session.request(operation.method.upper(), known["url"] + path, stream=True, timeout=60, **body) as answer:
        record(label, answer, who)
        return answer.status_code not in (401, 403)


def aim(body, session):
    """Lets a made-up body reach what lies behind the envelope: it speaks the protocol, names the phone and counts on."""
    if not isinstance(session, Phone) or not isinstance(body, dict) or "proto" not in body:
        return
    body["proto"] = 1
    if "device" in body:
        body["device"] = session.id
    mutations = body.get("mutations")
    for number, mutation in enumerate(mutations if isinstance(mutations, list) else [], session.seq + 1):
        if isinstance(mutation, dict):
            mutation |= {"seq": number, "author": session.profile["user"]}


def knock(operation, mode, session, known, record, who, examples):
    """Tries one operation; about half of the cases name something that exists."""
    label = f"{operation.method.upper()} {operation.path}"

    @seed(20221123)
    @settings(max_examples=examples, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def one(case):
        real, count = known.get(operation.path.split("/{")[0], []), sum(record.statuses[label].values())
        for name in case.path_parameters or {}:
            if real and count % 2 == 0:
                case.path_parameters[name] = real[count // 2 % len(real)]
        if count % 2 == 0:
            aim(case.body, session)
        sent = case.as_transport_kwargs(base_url=known["url"])
        # What the person or phone is known by is sent as it is; everything else as it was made up.
        own = {name.lower(): value for name, value in session.headers.items() if name.lower() in KNOWN_BY}
        made_up = {name: value for name, value in dict(sent.get("headers") or {}).items() if name.lower() not in own}
        sent["headers"] = {**made_up, **own}
        sent.setdefault("timeout", 60)
        try:
            answer = requests.request(cookies=session.cookies, stream=True, **{k: v for k, v in sent.items() if k != "cookies"})
        except (requests.exceptions.InvalidHeader, UnicodeError, ValueError):
            return  # the client refuses to send it, so it reaches no door
        with answer:  # a stream of hints never ends by itself
            record(label, answer, who)
            if label == "POST /v1/push" and answer.ok:
                session.seq = answer.json()["last_seq"]

    one()


def main():
    binary, office = os.environ["XUNGE_SERVER_BIN"], pathlib.Path(__file__).parents[2] / "ui/office/dist"
    with tempfile.TemporaryDirectory(prefix="xunge-doors-") as folder, contextlib.ExitStack() as running:
        return examine(*(running.enter_context(Server(binary, pathlib.Path(folder), mode, office)) for mode in MODES))


def examine(server, empty):
    began, record = time.monotonic(), Record()
    people = {role: person(server, login) for role, login in ROLES.items()}
    phone = Phone(server, "zhao", "doors")
    prepared = Prepared(server, people, phone, record)
    prepared.to_be_revoked = Phone(server, "chen", "to be revoked")
    prepared.all(empty)
    known = {
        "url": server.url,
        "/v1/cases": prepared.case_ids,
        "/v1/photos": prepared.photo_ids,
        "/v1/blobs": prepared.photo_ids,
        "/v1/households": prepared.household_ids,
        "/v1/people": [prepared.added],
        "/v1/strays": prepared.stray_ids,
    }
    schema = schemathesis.openapi.from_url(f"{server.url}/v1/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    for who, session in [*people.items(), ("device", phone)]:
        before = sum(sum(counts.values()) for counts in record.statuses.values())
        for operation in operations:
            if f"{operation.method.upper()} {operation.path}" in ENDING:
                continue
            modes = [GenerationMode.POSITIVE]
            if operation.body or operation.query or operation.path_parameters:
                modes.append(GenerationMode.NEGATIVE)
            examples = EXAMPLES if admitted(operation, session, known, record, who) else REFUSED_EXAMPLES
            for mode in modes:
                knock(operation, mode, session, known, record, who, examples)
        sent = sum(sum(counts.values()) for counts in record.statuses.values()) - before
        print(f"{who}: {sent} requests, {time.monotonic() - began:.0f} s after the start", flush=True)
    prepared.ending()
    return report(record, operations)


def report(record, operations):
    shut = []
    for operation in operations:
        label = f"{operation.method.upper()} {operation.path}"
        counts = record.statuses[label]
        print(f"{label:45} " + "  ".join(f"{status}×{count}" for status, count in sorted(counts.items())))
        if not any(200 <= status < 300 for status in counts):
            shut.append(label)
    for fault in sorted(set(record.faults))[:40]:
        print("fault:", fault)
    for label in shut:
        print("never open:", label)
    total = sum(sum(counts.values()) for counts in record.statuses.values())
    print(f"{len(operations)} operations, {total} requests, {len(record.faults)} faults, {len(shut)} never open")
    return 1 if record.faults or shut else 0


if __name__ == "__main__":
    sys.exit(main())
