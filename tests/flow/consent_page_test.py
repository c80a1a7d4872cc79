#!/usr/bin/python3
"""The consent pages as people meet them: over HTTP with Python's own client, and in a real browser
with the keyboard alone, 320 pixels wide.

    consent_page_test.py BIN_DIR [--screenshots FOLDER]

Without Chromium (Debian's package chromium) the browser's part says so and is skipped; the rest
runs.
"""

import base64
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from pathlib import Path

import gateway_process as flow

SCREENSHOTS = None
if "--screenshots" in sys.argv:
    at = sys.argv.index("--screenshots")
    SCREENSHOTS = Path(sys.argv[at + 1])
    del sys.argv[at:at + 2]
BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
CHROMIUM = shutil.which("chromium")
NARROW_PX = 320
PUBLIC = "https://door.example.org"
NOTICE_PAGE = "/n/acme/lobby/building_access"


class Page(flow.Story):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(
            BIN, consent_page=f'consent_page: {{listen: "localhost:0", public_url: "{PUBLIC}"}}')
        cls.gateway.__enter__()
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.client = flow.Client(cls.protos, cls.gateway)
        cls.notice = cls.client.register_lobby()
        r, m = cls.protos.registry, cls.protos.resources
        cls.client.registry.CreateNotice(r.CreateNoticeRequest(
            parent=flow.PURPOSE, notice_id="zh", notice=m.Notice(
                language="zh", text="您愿意时，可以用人脸开门；也可以刷卡，或者找服务台。")))
        cls.port = cls.gateway.page_port()

    def grant(self, subject: str) -> str:
        """Registers a person with a consent; gives its token."""
        c, m = self.protos.consent, self.protos.resources
        self.client.consents.CreateSubject(c.CreateSubjectRequest(
            parent=flow.OPERATOR, subject_id=subject, subject=m.Subject(age_years=35)))
        request = c.GrantConsentRequest(
            parent=f"{flow.OPERATOR}/subjects/{subject}", consent_id="c1", site=flow.SITE,
            purpose=flow.PURPOSE, purpose_version=1, form=m.CONSENT_FORM_WRITTEN,
            scopes=[m.CONSENT_SCOPE_VERIFY], notice_sha256=self.notice)
        request.expire_time.FromSeconds(int(time.time()) + 20 * 86400)
        return self.client.consents.GrantConsent(request).receipt_token

    def status(self, subject: str) -> str:
        c, m = self.protos.consent, self.protos.resources
        consent = self.client.consents.GetConsent(c.GetConsentRequest(
            name=f"{flow.OPERATOR}/subjects/{subject}/consents/c1"))
        return m.ConsentStatus.Name(consent.status)

    def ask(self, method: str, path: str, body: str = None, headers: dict = None):
        connection = http.client.HTTPConnection("localhost", self.port, timeout=30)
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text


class OverHttp(Page):

    def test_withdraws_by_the_form_alone(self):
        token = self.grant("form")
        answer, page = self.ask("GET", f"/c/{token}")
        self.assertEqual(answer.status, 200)
        self.assertIsNone(answer.getheader("Set-Cookie"))
        self.assertEqual(answer.getheader("Cache-Control"), "no-store")
        fields = re.findall(r'name="(\w+)" value="(\w+)"', page)
        self.assertEqual(self.status("form"), "CONSENT_STATUS_GRANTED")
        answer, _ = self.ask("POST", f"/c/{token}", urllib.parse.urlencode(fields[:1]),
                             {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 303)
        self.assertEqual(self.status("form"), "CONSENT_STATUS_WITHDRAWN")
        _, page = self.ask("GET", answer.getheader("Location"))
        self.assertIn("Withdrawn.", page)
        self.assertNotIn("<form", page)
        self.assertNotIn(token, self.gateway.log_text())

    def test_a_get_and_every_other_method_change_nothing(self):
        token = self.grant("get")
        _, page = self.ask("GET", f"/c/{token}")
        check = re.search(r'value="(\w+)"', page).group(1)
        for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
            self.ask(method, f"/c/{token}?check={check}")
        self.assertEqual(self.status("get"), "CONSENT_STATUS_GRANTED")

    def test_bad_tokens_are_one_page(self):
        bodies = {(answer.status, text) for answer, text in (
            self.ask("GET", f"/c/{token}") for token in ("0" * 48, "x", "../etc", "%00", "é"
                                                         .encode().hex()))}
        self.assertEqual(len(bodies), 1)
        self.assertEqual(bodies.pop()[0], 404)

    def test_the_sign_leads_to_the_notice(self):
        done = self.gateway.cli("operator", "docs", "sign", "--site", "sites/lobby", "--purpose",
                                "purposes/building_access", "--out", "sign.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        sign = json.loads((self.gateway.folder / "sign.json").read_text())
        self.assertEqual(sign["notice_url"], PUBLIC + NOTICE_PAGE)
        answer, page = self.ask("GET", NOTICE_PAGE)
        self.assertEqual(answer.status, 200)
        for words in (flow.NOTICE_TEXT, "您愿意时，可以用人脸开门", "badge reader", "You can say no",
                      "您可以拒绝"):
            self.assertIn(words, page)


class Browser:
    """Headless Chromium by its DevTools protocol, over a pipe: no package beyond the browser."""

    def __init__(self, folder: Path):
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()
        command = (f"exec {CHROMIUM} --headless=new --no-sandbox --disable-gpu --no-first-run "
                   f"--disable-dev-shm-usage --hide-scrollbars --user-data-dir={folder} "
                   f"--remote-debugging-pipe about:blank 3<&{to_read} 4>&{to_write}")
        self.process = subprocess.Popen(["bash", "-c", command], pass_fds=(to_read, to_write),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.pending = b""
        self.number = 0
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        self.call("Page.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=NARROW_PX, height=800,
                  deviceScaleFactor=1, mobile=False)

    def call(self, method: str, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.pending:
                part = os.read(self.read_end, 1 << 16)
                if not part:
                    raise RuntimeError("the browser is gone")
                self.pending += part
            line, self.pending = self.pending.split(b"\0", 1)
            answer = json.loads(line)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, expression: str):
        return self.call("Runtime.evaluate", expression=expression,
                         returnByValue=True)["result"].get("value")

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        self.wait(f"location.href == {json.dumps(url)}")

    def wait(self, condition: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.evaluate(f"document.readyState == 'complete' && ({condition})"):
                return
            time.sleep(0.05)
        raise RuntimeError("waited in vain for " + condition)

    def press(self, key: str, code: int) -> None:
        text = {"Enter": "\r"}.get(key, "")
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key,
                  code=key, windowsVirtualKeyCode=code, text=text)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key,
                  windowsVirtualKeyCode=code)

    def screenshot(self, name: str) -> None:
        if SCREENSHOTS:
            data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
            (SCREENSHOTS / name).write_bytes(base64.b64decode(data))

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
        os.close(self.read_end)
        os.close(self.write_end)


@unittest.skipUnless(CHROMIUM, "chromium is not installed (apt-get install chromium): the pages "
                               "were NOT tried in a browser")
class InABrowser(Page):

    def setUp(self):
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(profile.cleanup)
        self.browser = Browser(Path(profile.name))
        self.addCleanup(self.browser.close)
        self.base = f"http://localhost:{self.port}"

    def expect_no_overflow(self):
        width = self.browser.evaluate("document.documentElement.scrollWidth")
        self.assertLessEqual(width, NARROW_PX)
        self.assertEqual(self.browser.evaluate("innerWidth"), NARROW_PX)

    def test_withdraws_by_keyboard_alone_on_a_narrow_screen(self):
        token = self.grant("keyboard")
        self.browser.open(f"{self.base}/c/{token}")
        self.expect_no_overflow()
        for _ in range(10):
            self.browser.press("Tab", 9)
            if self.browser.evaluate("document.activeElement.tagName") == "BUTTON":
                break
        self.assertEqual(self.browser.evaluate("document.activeElement.textContent"),
                         "Withdraw my consent")
        outline = self.browser.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle + ' ' +"
            "getComputedStyle(document.activeElement).outlineWidth")
        self.assertEqual(outline, "solid 4px")
        self.browser.screenshot("own.png")
        self.assertEqual(self.status("keyboard"), "CONSENT_STATUS_GRANTED")
        self.browser.press("Enter", 13)
        self.browser.wait("!document.querySelector('form')")
        self.assertEqual(self.status("keyboard"), "CONSENT_STATUS_WITHDRAWN")
        self.expect_no_overflow()
        self.assertIn("Withdrawn.", self.browser.evaluate("document.body.innerText"))
        self.browser.screenshot("withdrawn.png")

    def test_needs_no_script(self):
        token = self.grant("scriptless")
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        self.browser.open(f"{self.base}/c/{token}")
        self.browser.press("Tab", 9)
        self.browser.press("Enter", 13)
        self.browser.wait("!document.querySelector('form')")
        self.assertEqual(self.status("scriptless"), "CONSENT_STATUS_WITHDRAWN")

    def test_shows_the_notice_on_a_narrow_screen(self):
        self.browser.open(self.base + NOTICE_PAGE)
        self.expect_no_overflow()
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('h1').length"), 1)
        self.assertEqual(self.browser.evaluate("getComputedStyle(document.body).fontSize"), "18px")
        self.assertEqual(
            self.browser.evaluate("[...document.querySelectorAll('section')].map(s => s.lang)+''"),
            "en,zh-CN")
        self.browser.screenshot("notice.png")
        self.browser.open(self.base + "/c/unknown")
        self.expect_no_overflow()


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
