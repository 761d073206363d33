"""Requests that must succeed, so that no door is only ever seen shut. Each needs what the one before has made."""

import hashlib
import struct
import time
import uuid
import zlib

import requests

from bundle import bundle
from street import OFFICE, Phone, fresh_token


def picture():
    """A small PNG of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xd9\x3a\x1f" * 64) * 48
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def anonymous():
    """Somebody at an office page who has not signed in."""
    session = requests.Session()
    session.headers.update(OFFICE)
    return session


class Prepared:
    """Carries them out and reports each answer under its operation."""

    def __init__(self, server, people, phone, record):
        self.server, self.people, self.phone, self.record = server, people, phone, record
        record("POST /v1/enrol", phone.enrolled)

    def ask(self, session, method, template, json=None, data=None, headers=None, server=None, **path):
        url = (server or self.server).url + template.format(**path)
        answer = session.request(method, url, json=json, data=data, headers=headers, timeout=60)
        self.record(f"{method} {template}", answer)
        return answer

    def all(self, empty):
        self.person()
        self.photo()
        self.report()
        self.blobs()
        self.case()
        self.strays()
        self.households()
        self.phones()
        self.carried()
        self.setup(empty)

    def person(self):
        admin = self.people["administrator"]

        def add(login):
            new = {"login": login, "name": "门", "roles": ["organisation_member"]}
            return self.ask(admin, "POST", "/v1/people", json=new).json()["person"]["id"]

        # One is signed in; the other is there to be changed by whatever comes.
        member, self.added = add("doors-member"), add("doors-changed")
        self.ask(admin, "PATCH", "/v1/people/{id}", json={"name": "门口"}, id=member)
        link = self.ask(admin, "POST", "/v1/people/{id}/reset-link", id=member).json()
        token, password = link["path"].split("#")[-1], "a-long-enough-password-7"
        self.ask(anonymous(), "POST", "/v1/password-reset", json={"token": token, "password": password})
        staying, leaving = anonymous(), anonymous()
        for session in (staying, leaving):
            self.ask(session, "POST", "/v1/session", json={"login": "doors-member", "password": password})
        self.ask(leaving, "DELETE", "/v1/session")
        self.people["organisation_member"] = staying

    def photo(self):
        handler = self.people["department_member"]
        self.original = picture()
        made = self.ask(handler, "POST", "/v1/photos", data=self.original, headers={"content-type": "image/png"})
        self.manifest = made.json()
        self.files = {
            self.manifest[copy]["sha256"]: self.ask(
                handler, "GET", "/v1/photos/{sha256}", sha256=self.manifest[copy]["sha256"]
            ).content
            for copy in ("upright", "preview")
        }

    def report(self):
        """A report at a border, with a photo whose three files only the phone has."""
        sha256 = hashlib.sha256(self.original).hexdigest()
        original = {"sha256": sha256, "size": len(self.original), "width": 64, "height": 48, "mime": "image/png"}
        here, there = self.phone.profile["grids"][:2]
        self.named = str(uuid.uuid4())
        self.files[sha256] = self.original
        body = {
            "id": self.named,
            "category": "tree-fallen",
            "answer": None,
            "text": "门前的树",
            "place": {"chosen": None, "others": [], "address": "门前街1号", "grid": here, "other_grid": there},
            "home_grid": here,
            "captured_at": int(time.time() * 1000),
            "source": "patrol",
            "photos": [{**self.manifest, "role": "wide", "original": original}],
            "no_photo_reason": None,
            "expectation": None,
        }
        self.push("report.create", self.named, body, "applied")
        pulled = self.ask(self.phone, "POST", "/v1/pull", json={**self.envelope(), "cursors": {}, "max_bytes": None}).json()
        page = pulled["buckets"][0]
        compared = {"proto": 1, "epoch": pulled["epoch"], "device": self.phone.id, "bucket": page["id"], "prefixes": [""], "rows": False}
        self.ask(self.phone, "POST", "/v1/compare", json=compared)

    def envelope(self, phone=None):
        announce = {"unsent": 0, "photos_unsent": 0, "oldest_unsent_ms": None, "last_error": None, "free_bytes": None, "app_version": "0.1.0"}
        return {"proto": 1, "epoch": None, "device": (phone or self.phone).id, "announce": announce}

    def mutation(self, kind, entity, body, phone):
        """The next thing that a phone's person did."""
        phone.seq += 1
        return {
            "id": str(uuid.uuid4()),
            "seq": phone.seq,
            "kind": kind,
            "v": 1,
            "entity": entity,
            "author": phone.profile["user"],
            "wall_ms": int(time.time() * 1000),
            "server_est_ms": None,
            "body": body,
        }

    def push(self, kind, entity, body, verdict, phone=None):
        """Sends one mutation of a phone's person, which must get this verdict; its id."""
        phone = phone or self.phone
        mutation = self.mutation(kind, entity, body, phone)
        pushed = self.ask(phone, "POST", "/v1/push", json={**self.envelope(phone), "mutations": [mutation]}).json()
        assert pushed["receipts"][0]["verdict"] == verdict, pushed
        return mutation["id"]

    def carried(self):
        """A report that came in a file, and then by itself as well."""
        asked = {**self.envelope(), "cursors": {}, "max_bytes": None, "bundle_key": True}
        key = self.ask(self.phone, "POST", "/v1/pull", json=asked).json()["bundle_key"]
        note = {"report": self.named, "text": "树还在", "photos": [], "captured_at": int(time.time() * 1000)}
        mutation = self.mutation("report.note", self.named, note, self.phone)
        file = bundle(key, self.phone.id, self.phone.token, [mutation])
        octets = {"content-type": "application/octet-stream"}
        for person, new in ((self.people["triage_officer"], 1), (self.people["administrator"], 0)):
            taken = self.ask(person, "POST", "/v1/bundles", data=file, headers=octets).json()
            assert (taken["records"]["new"], taken["records"]["refused"]) == (new, 0), taken
        body = {**self.envelope(), "mutations": [mutation]}
        pushed = self.ask(self.phone, "POST", "/v1/push", json=body).json()
        assert pushed["receipts"][0]["verdict"] == "applied", pushed

    def strays(self):
        """A note on somebody else's report, and two of a kind that this server does not know."""
        triage, admin = self.people["triage_officer"], self.people["administrator"]
        note = {"report": self.foreign, "text": "树", "photos": [], "captured_at": int(time.time() * 1000)}
        stray = self.push("report.note", self.foreign, note, "rejected")
        unknown = [self.push("report.sing", str(uuid.uuid4()), {"text": "树"}, "parked") for _ in range(2)]
        self.ask(triage, "GET", "/v1/strays/{id}", id=stray)
        self.ask(triage, "POST", "/v1/strays/{id}/handled", json={}, id=stray)
        self.ask(admin, "POST", "/v1/strays/{id}/replay", json={}, id=unknown[0])
        self.stray_ids = [stray, *unknown]

    def blobs(self):
        names = list(self.files)
        self.ask(self.phone, "POST", "/v1/blobs/offer", json={"proto": 1, "hashes": names})
        whole, parts = self.manifest["preview"]["sha256"], self.manifest["upright"]["sha256"]
        self.ask(self.phone, "PUT", "/v1/blobs/{sha256}", data=self.files[whole], sha256=whole)
        half = len(self.files[parts]) // 2
        for offset, piece, complete in ((0, self.files[parts][:half], "?0"), (half, self.files[parts][half:], "?1")):
            headers = {"upload-offset": str(offset), "upload-complete": complete}
            self.ask(self.phone, "PATCH", "/v1/blobs/{sha256}", data=piece, headers=headers, sha256=parts)
        for method in ("HEAD", "GET"):
            self.ask(self.phone, method, "/v1/blobs/{sha256}", sha256=whole)
        self.photo_ids = names

    def case(self):
        triage = self.people["triage_officer"]
        rows = self.ask(triage, "GET", "/v1/cases").json()["rows"]
        self.case_ids = [row["id"] for row in rows]
        details = [self.ask(triage, "GET", "/v1/cases/{id}", id=case).json() for case in self.case_ids]
        mine = next(one for one in details if self.named in one["row"]["reports"])
        self.foreign = next(one["row"]["reports"][0] for one in details if one["row"]["reports"] and one is not mine)
        self.ask(triage, "PATCH", "/v1/cases/{id}/place", json={"grid": self.phone.profile["grids"][1]}, id=mine["row"]["id"])
        original = next(name for name, content in self.files.items() if content is self.original)
        self.ask(triage, "POST", "/v1/photos/{sha256}/request-original", sha256=original)
        mine = triage.get(f"{self.server.url}/v1/cases/{mine['row']['id']}", timeout=30).json()["row"]
        act = {"id": str(uuid.uuid4()), "from_state_rev": mine["state_rev"], "action": "accept"}
        handler = self.people["department_member"]
        self.ask(handler, "POST", "/v1/cases/{id}/acts", json=act, id=mine["id"])

    def households(self):
        secretary = self.people["community_secretary"]
        rows = self.ask(secretary, "GET", "/v1/households").json()["rows"]
        self.household_ids = [row["id"] for row in rows[:20]]
        for household in self.household_ids[:3]:
            self.ask(secretary, "GET", "/v1/households/{id}", id=household)
            body = {"field": "household_phone", "reason": "回访"}
            self.ask(secretary, "POST", "/v1/households/{id}/reveal", json=body, id=household)

        self.two_numbers(next(row["id"] for row in rows if row["grid"] in self.phone.profile["grids"]))

    def two_numbers(self, household):
        """Two phones write another telephone number each; the secretary chooses."""
        code = self.ask(self.people["administrator"], "POST", "/v1/enrolments", json={"user": self.phone.profile["user"]}).json()["code"]
        now = int(time.time() * 1_000_000)
        for phone, value, verdict in ((self.phone, "19900001111", "applied"), (Phone(self.server, None, "second", code), "19900002222", "merged")):
            edit = {"household": household, "hlc": now, "fields": {"phone": {"value": value, "base_rev": 0}}}
            self.push("household.edit", household, edit, verdict, phone)
            now -= 1_000
        chosen = {"entity": household, "field": "phone", "value": "19900001111"}
        self.ask(self.people["community_secretary"], "POST", "/v1/households/{id}/settle", json=chosen, id=household)

    def phones(self):
        admin = self.people["administrator"]
        self.ask(admin, "POST", "/v1/enrolments", json={"user": self.phone.profile["user"]})
        self.ask(admin, "GET", "/v1/devices")

    def ending(self):
        """What ends the things that the other doors were tried with."""
        leaving, admin = self.to_be_revoked, self.people["administrator"]
        self.ask(admin, "POST", "/v1/devices/{id}/revoke", json={"order": "upload_then_wipe"}, id=leaving.id)
        self.ask(leaving, "POST", "/v1/wiped", json={"proto": 1, "device": leaving.id})
        code = self.ask(admin, "POST", "/v1/enrolments", json={"user": self.phone.profile["user"]}).json()["code"]
        # Guessed codes and this one are counted together, so the door may first ask for patience.
        switch = {"proto": 1, "device": self.phone.id, "code": code}
        answer = self.ask(self.phone, "POST", "/v1/switch", json=switch)
        if answer.status_code == 429:
            time.sleep(int(answer.headers["retry-after"]))
            self.ask(self.phone, "POST", "/v1/switch", json=switch)
        fork = {"proto": 1, "device": str(uuid.uuid4()), "token": fresh_token()}
        self.ask(self.phone, "POST", "/v1/fork", json=fork)

    def setup(self, empty):
        self.ask(anonymous(), "GET", "/v1/setup", server=empty)
        body = {
            "token": empty.setup_token,
            "street_name": "门前街",
            "login": "doors",
            "name": "门",
            "password": "a-long-enough-password-7",
        }
        self.ask(anonymous(), "POST", "/v1/setup", json=body, server=empty)
