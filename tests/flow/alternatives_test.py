#!/usr/bin/python3
"""The ways through a door without a face, on a real server: passes, badges, staff, heartbeats and
figures. No badge id may be found in any file afterwards.

    alternatives_test.py BIN_DIR
"""

import json
import sys
import time
import unittest

import grpc

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ANNEXE = flow.OPERATOR + "/sites/annexe"
ANNEXE_DOOR = ANNEXE + "/cameras/door"
BADGE = "04A1B2C3D4E5F6-badge-of-the-test"
HEARTBEAT_S = 2


class Alternatives(flow.Story):
    """One server; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN)
        cls.gateway.__enter__()
        cls.client = flow.Client(cls.protos, cls.gateway)
        notice = cls.client.register_lobby()
        cls.client.grant("person-a", notice)
        cls.client.enroll("person-a")
        cls.register_annexe()
        cls.update_door()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__(None, None, None)

    @classmethod
    def ways_through(cls):
        m = cls.protos.resources
        return [m.Alternative(kind=m.ALTERNATIVE_KIND_QR, display_name="code reader"),
                m.Alternative(kind=m.ALTERNATIVE_KIND_CARD, display_name="badge reader"),
                m.Alternative(kind=m.ALTERNATIVE_KIND_STAFF_DESK, display_name="desk")]

    @classmethod
    def update_door(cls, heartbeat_s_max=0):
        r, m = cls.protos.registry, cls.protos.resources
        cls.client.registry.UpdateAccessPoint(r.UpdateAccessPointRequest(
            access_point=m.AccessPoint(
                name=flow.ACCESS_POINT, display_name="Main door",
                alternatives=cls.ways_through(), heartbeat_s_max=heartbeat_s_max)))

    @classmethod
    def register_annexe(cls):
        r, m = cls.protos.registry, cls.protos.resources
        cls.client.registry.CreateSite(r.CreateSiteRequest(
            parent=flow.OPERATOR, site_id="annexe", site=m.Site(
                display_name="Annexe", venue_kind=m.VENUE_KIND_OFFICE, country="CH")))
        cls.client.registry.CreateAccessPoint(r.CreateAccessPointRequest(
            parent=ANNEXE, access_point_id="side", access_point=m.AccessPoint(
                display_name="Side door", alternatives=cls.ways_through())))
        cls.client.registry.CreateCamera(r.CreateCameraRequest(
            parent=ANNEXE, camera_id="door", camera=m.Camera(
                display_name="door", use=m.CAMERA_USE_DOOR,
                access_point=ANNEXE + "/accessPoints/side")))

    def show(self, camera=flow.DOOR, waited_s=None, service=None, **credential):
        """Verdict and reason, as words."""
        g, m = self.protos.gateway, self.protos.resources
        request = g.AuthorizeRequest(camera=camera, purpose=flow.PURPOSE, **credential)
        if waited_s is not None:
            request.wait_duration.FromMilliseconds(int(waited_s * 1000))
        answer = (service or self.client.door).Authorize(request).answer
        self.assertTrue(answer.receipt.log_origin)
        return (m.Verdict.Name(answer.verdict).removeprefix("VERDICT_"),
                m.Reason.Name(answer.reason).removeprefix("REASON_"))

    def issue(self, begin_s=0.0, live_s=600.0, **order):
        request = self.protos.alternative.IssuePassRequest(site=flow.SITE, **order)
        begin = time.time() + begin_s
        request.not_before_time.FromMilliseconds(int(begin * 1000))
        request.expire_time.FromMilliseconds(int((begin + live_s) * 1000))
        return getattr(self.client.ways["enroller"].IssuePass(request), "pass")

    def say(self, **kinds):
        """A heartbeat: CARD=True, STAFF_DESK=False."""
        a, m = self.protos.alternative, self.protos.resources
        reports = [a.AlternativeReport(kind=m.AlternativeKind.Value("ALTERNATIVE_KIND_" + kind),
                                       operational=works) for kind, works in kinds.items()]
        return self.client.ways["controller"].ReportAlternatives(a.ReportAlternativesRequest(
            access_point=flow.ACCESS_POINT, reports=reports))

    def log_size(self):
        return self.client.audit.GetCheckpoint(self.protos.audit.GetCheckpointRequest(
            parent=flow.OPERATOR)).size

    # ---- Passes ----

    def test_1_a_pass_opens_once(self):
        text = self.issue()
        self.assertEqual(self.show(**{"pass": text}), ("ALLOW", "PASS_ACCEPTED"))
        copied = text
        self.assertEqual(self.show(**{"pass": copied}), ("USE_ALTERNATIVE", "PASS_REPLAYED"))
        self.gateway.stop()
        self.gateway.start()
        type(self).client = flow.Client(self.protos, self.gateway)
        self.assertEqual(self.show(**{"pass": copied}), ("USE_ALTERNATIVE", "PASS_REPLAYED"))

    def test_1_a_pass_for_many_uses_opens_again(self):
        text = self.issue(many_uses=True)
        for _ in range(3):
            self.assertEqual(self.show(**{"pass": text}), ("ALLOW", "PASS_ACCEPTED"))

    def test_1_a_pass_of_another_place_or_time_does_not_open(self):
        text = self.issue()
        self.assertEqual(self.show(camera=ANNEXE_DOOR, **{"pass": text}),
                         ("USE_ALTERNATIVE", "PASS_OTHER_SITE"))
        self.assertEqual(self.show(**{"pass": self.issue(begin_s=60)})[1], "PASS_NOT_YET_VALID")
        short = self.issue(live_s=0.3)
        time.sleep(0.5)
        self.assertEqual(self.show(**{"pass": short})[1], "PASS_EXPIRED")

    def test_1_a_pass_with_a_flipped_bit_does_not_open(self):
        text = self.issue()
        for at in (8, 40, 100, len(text) - 6):
            flipped = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
            self.assertEqual(self.show(**{"pass": flipped})[1], "PASS_BAD_SIGNATURE", at)
        self.assertEqual(self.show(**{"pass": text})[0], "ALLOW")

    def test_1_a_pass_from_the_command_line(self):
        svg = self.gateway.folder / "pass.svg"
        issued = self.gateway.cli("enroller", "pass", "issue", "--site", "sites/lobby", "--minutes",
                                  "5", "--qr", "--svg", str(svg))
        self.assertEqual(issued.returncode, 0, issued.stderr)
        text, code = issued.stdout.split("\n", 1)
        self.assertIn("\u2588", code)
        self.assertTrue(svg.read_text().startswith("<svg xmlns="))
        shown = self.gateway.cli("controller", "present", "--camera", "sites/lobby/cameras/door",
                                 "--purpose", "purposes/building_access", "--pass", text)
        self.assertEqual((shown.returncode, shown.stdout.splitlines()[0]),
                         (0, "ALLOW PASS_ACCEPTED"), shown.stderr)

    # ---- Badges ----

    def test_2_a_badge_opens_while_it_is_registered(self):
        self.assertEqual(self.show(badge_id=BADGE), ("USE_ALTERNATIVE", "BADGE_UNKNOWN"))
        added = self.gateway.cli("enroller", "--json", "badge", "add", BADGE)
        self.assertEqual(added.returncode, 0, added.stderr)
        self.assertEqual(self.show(badge_id=BADGE), ("ALLOW", "BADGE_ACCEPTED"))
        self.assertEqual(self.show(badge_id=BADGE + "x")[1], "BADGE_UNKNOWN")
        name = json.loads(added.stdout)["name"]
        listed = self.gateway.cli("enroller", "badge", "list")
        self.assertIn(name.rsplit("/", 1)[1], listed.stdout)
        removed = self.gateway.cli("operator", "badge", "remove", name)
        self.assertEqual(removed.returncode, 0, removed.stderr)
        self.assertEqual(self.show(badge_id=BADGE)[1], "BADGE_UNKNOWN")

    # ---- Staff ----

    def test_3_staff_let_somebody_through(self):
        m = self.protos.resources
        reason = {"staff_override": m.OVERRIDE_REASON_ACCESSIBILITY}
        self.assertEqual(self.show(**reason), ("ALLOW", "STAFF_OVERRIDE"))
        self.assertEqual(self.show(service=self.client.desk, **reason), ("ALLOW", "STAFF_OVERRIDE"))
        with self.assertRaises(grpc.RpcError) as refused:
            self.show(service=self.client.desk, badge_id=BADGE)
        self.assertEqual(refused.exception.code(), grpc.StatusCode.PERMISSION_DENIED)
        records = self.gateway.cli("auditor", "--json", "audit", "list", "--reason",
                                   "STAFF_OVERRIDE")
        self.assertEqual(records.returncode, 0, records.stderr)
        self.assertIn("ACCESSIBILITY", records.stdout)

    # ---- What works ----

    def test_4_heartbeats_open_and_close_the_face_lane(self):
        self.assertEqual(self.client.authorize("person-a"), ("VERDICT_ALLOW", "REASON_MATCHED"))
        self.update_door(heartbeat_s_max=HEARTBEAT_S)
        self.assertEqual(self.client.authorize("person-a")[0], "VERDICT_DENY")  # nothing was heard
        self.assertEqual(self.say(CARD=True, STAFF_DESK=True, QR=False).working, 2)
        self.assertEqual(self.client.authorize("person-a")[0], "VERDICT_ALLOW")
        self.assertEqual(self.show(**{"pass": self.issue()})[1], "KIND_NOT_WORKING")
        self.say(CARD=True, STAFF_DESK=True)  # what came before may have taken longer than a beat
        size = self.log_size()
        for _ in range(20):
            self.assertFalse(self.say(CARD=True, STAFF_DESK=True).HasField("log_index"))
        self.assertEqual(self.log_size(), size)  # a beat leaves no record
        self.assertTrue(self.say(CARD=False, STAFF_DESK=False).HasField("log_index"))
        self.assertEqual(self.client.authorize("person-a"),
                         ("VERDICT_DENY", "REASON_POLICY_DENIED"))
        self.say(CARD=True)
        self.assertEqual(self.client.authorize("person-a")[0], "VERDICT_ALLOW")
        time.sleep(HEARTBEAT_S + 0.5)  # silence
        self.assertEqual(self.client.authorize("person-a")[0], "VERDICT_DENY")
        self.assertEqual(self.show(badge_id=BADGE), ("DENY", "KIND_NOT_WORKING"))
        self.update_door()

    # ---- Figures ----

    def test_5_figures_of_each_way(self):
        m = self.protos.resources
        before = {way["credential"]: way for way in self.figures()}
        for waited_s in (4, 6, 8):
            self.show(camera=flow.DOOR, waited_s=waited_s, badge_id="nobody's")
        g = self.protos.gateway
        for waited_s in (1, 2, 3):
            request = g.AuthorizeRequest(camera=flow.DOOR, purpose=flow.PURPOSE,
                                         subject=flow.OPERATOR + "/subjects/nobody", image=b"x")
            request.wait_duration.FromSeconds(waited_s)
            self.assertEqual(self.client.door.Authorize(request).answer.reason,
                             m.REASON_CONSENT_MISSING)
        after = {way["credential"]: way for way in self.figures()}
        badge, face = (after["CREDENTIAL_KIND_" + kind] for kind in ("BADGE", "FACE"))
        old = before["CREDENTIAL_KIND_BADGE"]
        self.assertEqual(badge["uses"] - old["uses"], 3)
        self.assertEqual(badge["refused"] - old["refused"], 3)
        self.assertEqual((badge["waited"]["count"], badge["waited"]["median"]), (3, "6s"))
        self.assertEqual((face["waited"]["count"], face["waited"]["median"]), (3, "2s"))
        self.assertEqual(badge["waitRatio"], 3)
        self.assertEqual(face["reasons"]["CONSENT_MISSING"], 3)
        self.assertEqual(after["CREDENTIAL_KIND_STAFF_OVERRIDE"]["letThrough"], 2)
        self.assertGreaterEqual(after["CREDENTIAL_KIND_PASS"]["reasons"]["PASS_REPLAYED"], 2)

    def figures(self):
        """Those of the main door, from the command line."""
        run = self.gateway.cli("auditor", "--json", "report", "alternatives", "--site",
                               "sites/lobby")
        self.assertEqual(run.returncode, 0, run.stderr)
        return [way for way in json.loads(run.stdout)["ways"]
                if way["accessPoint"] == flow.ACCESS_POINT]

    # ---- Residue ----

    def test_6_no_badge_id_is_in_any_file(self):
        files = [path for path in self.gateway.folder.rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix == ".db" for path in files))
        self.assertTrue(any(path.name == "server.log" for path in files))
        for path in files:
            self.assertNotIn(BADGE.encode(), path.read_bytes(), path)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
