"""Requests that must succeed, so that no door is only ever seen shut. Each needs what the one before has made."""

import struct
import uuid
import zlib

import requests


def picture():
    """A small PNG of one colour."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xd9\x3a\x1f" * 64) * 48
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Prepared:
    """Carries them out and reports each answer under its operation."""

    def __init__(self, server, people, record):
        self.server, self.people, self.record = server, people, record

    def ask(self, session, method, template, json=None, data=None, headers=None, server=None, **path):
        url = (server or self.server).url + template.format(**path)
        answer = session.request(method, url, json=json, data=data, headers=headers, timeout=60)
        self.record(f"{method} {template}", answer)
        return answer

    def all(self, empty):
        self.person()
        self.cases()
        self.photos()
        self.households()
        self.phones()
        self.setup(empty)

    def person(self):
        admin = self.people["administrator"]
        new = {"login": f"doors-{uuid.uuid4().hex[:8]}", "name": "门", "roles": ["organisation_member"]}
        added = self.ask(admin, "POST", "/v1/people", json=new).json()
        self.added = (added.get("person") or added)["user" if "user" in (added.get("person") or added) else "id"]
        self.ask(admin, "PATCH", "/v1/people/{id}", json={"name": "门口"}, id=self.added)
        link = self.ask(admin, "POST", "/v1/people/{id}/reset-link", id=self.added).json()
        token = link["path"].split("#")[-1]
        password = "a-long-enough-password-7"
        self.ask(requests.Session(), "POST", "/v1/password-reset", json={"token": token, "password": password})
        member = requests.Session()
        member.headers.update({"x-xunge": "office"})
        self.ask(member, "POST", "/v1/session", json={"login": new["login"], "password": password})
        self.people["organisation_member"] = member
        leaving = requests.Session()
        leaving.headers.update({"x-xunge": "office"})
        self.ask(leaving, "POST", "/v1/session", json={"login": new["login"], "password": password})
        self.ask(leaving, "DELETE", "/v1/session")

    def cases(self):
        triage = self.people["triage_officer"]
        rows = self.ask(triage, "GET", "/v1/cases").json()["rows"]
        self.case_ids = [row["id"] for row in rows]
        for case in self.case_ids:
            found = self.ask(triage, "GET", "/v1/cases/{id}", id=case).json()
            names = [one["action"] for one in found["allowed"] if one["allowed"]]
            if "note" in names or "accept" in names or "dispatch" in names:
                self.act(triage, case, found, names)
            row = found["row"]
            if row["place"].get("other_grid"):
                self.ask(triage, "PATCH", "/v1/cases/{id}/place", json={"grid": row["place"]["other_grid"]}, id=case)

    def act(self, session, case, found, names):
        bodies = {
            "note": {"action": "note", "text": "门"},
            "void": {"action": "void", "reason": "test"},
            "dispatch": {"action": "dispatch", "lead": "municipal"},
        }
        for name in names:
            if name in bodies:
                body = {"id": str(uuid.uuid4()), "from_state_rev": found["row"]["state_rev"], **bodies[name]}
                self.ask(session, "POST", "/v1/cases/{id}/acts", json=body, id=case)
                return

    def photos(self):
        handler = self.people["department_member"]
        made = self.ask(handler, "POST", "/v1/photos", data=picture(), headers={"content-type": "image/png"}).json()
        self.photo_ids = [made["upright"]["sha256"], made["preview"]["sha256"]]
        triage = self.people["triage_officer"]
        for case in self.case_ids:
            shown = triage.get(f"{self.server.url}/v1/cases/{case}", timeout=30).json()
            photos = shown["row"].get("photos", [])
            for photo in photos[:1]:
                upright = photo["upright"]["sha256"]
                self.photo_ids.append(upright)
                self.ask(triage, "GET", "/v1/photos/{sha256}", sha256=upright)
                self.ask(triage, "POST", "/v1/photos/{sha256}/request-original", sha256=upright)

    def households(self):
        secretary = self.people["community_secretary"]
        rows = self.ask(secretary, "GET", "/v1/households").json()["rows"]
        self.household_ids = [row["id"] for row in rows[:20]]
        for household in self.household_ids[:3]:
            self.ask(secretary, "GET", "/v1/households/{id}", id=household)
            body = {"field": "household_phone", "reason": "回访"}
            self.ask(secretary, "POST", "/v1/households/{id}/reveal", json=body, id=household)

    def phones(self):
        admin = self.people["administrator"]
        everybody = self.ask(admin, "GET", "/v1/people").json()
        everybody = everybody["rows"] if isinstance(everybody, dict) else everybody
        worker = next(one for one in everybody if "grid_worker" in one["roles"])
        self.ask(admin, "POST", "/v1/enrolments", json={"user": worker.get("user") or worker["id"]})
        phones = self.ask(admin, "GET", "/v1/devices").json()
        phones = phones["rows"] if isinstance(phones, dict) else phones
        self.device_ids = [phone["id"] for phone in phones if phone["name"] == "to be revoked"]

    def revoke(self):
        for phone in self.device_ids:
            self.ask(self.people["administrator"], "POST", "/v1/devices/{id}/revoke", id=phone)

    def setup(self, empty):
        self.ask(requests.Session(), "GET", "/v1/setup", server=empty)
        body = {"token": empty.setup_token, "street_name": "门前街", "login": "doors", "name": "门", "password": "a-long-enough-password-7"}
        self.ask(requests.Session(), "POST", "/v1/setup", json=body, server=empty)
