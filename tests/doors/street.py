"""A server with the demo street for the door tests, and the people who knock."""

import base64
import os
import re
import socket
import subprocess
import time
import uuid

import requests

OFFICE = {"x-xunge": "office"}
READY_WITHIN_S = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process with a data folder of its own."""

    def __init__(self, binary, folder, mode, office):
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self.printed_to = folder / f"{mode}.log"
        command = [binary, "serve", "--data-dir", folder / mode, "--listen", f"127.0.0.1:{port}", f"--{mode}", "--office-dir", office]
        self.process = subprocess.Popen(command, stdout=self.printed_to.open("w"), stderr=subprocess.STDOUT)

    def __enter__(self):
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_ended):
        self.process.terminate()
        self.process.wait(timeout=30)

    def _wait(self):
        """The address is taken before the street is ready, so an early question may wait for its answer."""
        began = time.monotonic()
        while time.monotonic() - began < READY_WITHIN_S:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended:\n{self.printed}")
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise SystemExit(f"the server was not healthy within {READY_WITHIN_S} s")

    @property
    def printed(self):
        return self.printed_to.read_text(encoding="utf-8")

    @property
    def password(self):
        return re.search(r"Password: (\S+)", self.printed)[1]

    @property
    def setup_token(self):
        return re.search(r"/setup#(\S+)", self.printed)[1]

    def code(self, login):
        """The enrolment code that was printed for a grid worker's phone."""
        return re.search(rf"^│ +{login} .* ([A-Z0-9]{{4}}-[A-Z0-9]{{4}})", self.printed, re.MULTILINE)[1]


def person(server, login):
    """A session signed in as `login`."""
    session = requests.Session()
    session.headers.update(OFFICE)
    answer = session.post(f"{server.url}/v1/session", json={"login": login, "password": server.password}, timeout=30)
    assert answer.ok, f"{login} cannot sign in: {answer.status_code}"
    return session


class Phone(requests.Session):
    """An enrolled phone."""

    def __init__(self, server, login, name, code=None):
        super().__init__()
        self.token, self.id, self.seq = fresh_token(), str(uuid.uuid4()), 0
        self.headers["x-sync-proto"] = "1"
        body = {
            "proto": 1,
            "code": code or server.code(login),
            "device": self.id,
            "token": self.token,
            "device_name": name,
            "app_version": "0.1.0",
        }
        self.enrolled = self.post(f"{server.url}/v1/enrol", json=body, timeout=30)
        assert self.enrolled.ok, f"the phone of {login} cannot enrol: {self.enrolled.status_code} {self.enrolled.text}"
        self.profile = self.enrolled.json()["profile"]
        self.headers["authorization"] = f"Bearer {self.token}"


def fresh_token():
    """32 random bytes, base64url without padding."""
    return base64.urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
