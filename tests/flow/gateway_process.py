"""A real facegated in a folder of its own, and a client of it that shares no code with facegate.

The client is made from the proto files alone, by protoc and gRPC's Python plugin.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import grpc

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 300  # patience for sanitizers on a busy machine

OPERATOR = "operators/acme"
SITE = OPERATOR + "/sites/lobby"
ACCESS_POINT = SITE + "/accessPoints/main"
DESK, DOOR, LANE = (SITE + "/cameras/" + name for name in ("desk", "door", "lane"))
PURPOSE = OPERATOR + "/purposes/building_access"
# Where the two are in sample1.jpg: x0, y0, x1, y1. Person A is in the middle of sample3.jpg too.
MARKS = {"person-a": (.7, .1, .95, .4), "person-b": (.15, .25, .35, .5)}
TLS = "tls: {cert: certs/server.crt, key: certs/server.key, client_ca: certs/ca.crt}"
NOTICE_TEXT = "Your face opens the door, if you want it to. The badge reader and the desk do too."


def models_dir() -> Path:
    return Path(os.environ.get("FACEGATE_MODELS_DIR", ROOT / "build" / "models"))


def need_models() -> None:
    if not (models_dir() / "sample1.jpg").exists():
        sys.exit(f"{models_dir()} has no models: run scripts/fetch_models.sh")


def generated_protos(folder: Path):
    """Compiles the protos into `folder` and gives its modules."""
    protos = sorted((ROOT / "proto" / "facegate" / "v1").glob("*.proto"))
    plugin = shutil.which("grpc_python_plugin")
    subprocess.run(["protoc", f"-I{ROOT / 'proto'}", f"--python_out={folder}",
                    f"--grpc_out={folder}", f"--plugin=protoc-gen-grpc={plugin}",
                    *map(str, protos)], check=True)
    sys.path.insert(0, str(folder))
    from facegate.v1 import (alternative_service_pb2, alternative_service_pb2_grpc,
                             audit_service_pb2, audit_service_pb2_grpc, consent_service_pb2,
                             consent_service_pb2_grpc, custody_service_pb2,
                             custody_service_pb2_grpc, gateway_service_pb2,
                             gateway_service_pb2_grpc, registry_service_pb2,
                             registry_service_pb2_grpc, resources_pb2)

    class Protos:
        resources = resources_pb2
        gateway, gateway_grpc = gateway_service_pb2, gateway_service_pb2_grpc
        consent, consent_grpc = consent_service_pb2, consent_service_pb2_grpc
        custody, custody_grpc = custody_service_pb2, custody_service_pb2_grpc
        registry, registry_grpc = registry_service_pb2, registry_service_pb2_grpc
        audit, audit_grpc = audit_service_pb2, audit_service_pb2_grpc
        alternative = alternative_service_pb2
        alternative_grpc = alternative_service_pb2_grpc

    return Protos


class Story(unittest.TestCase):
    """Tests that speak to a gateway by the code generated from its protos."""

    @classmethod
    def setUpClass(cls):
        generated = tempfile.TemporaryDirectory()
        cls.addClassCleanup(generated.cleanup)
        cls.protos = generated_protos(Path(generated.name))


class Gateway:
    """facegated, with mutual TLS unless flags say otherwise; removed when the `with` ends."""

    def __init__(self, bin_dir, *server_flags: str, consent_page: str = "", audit: str = "",
                 program: tuple[str, ...] = ("facegated",)):
        """`consent_page` and `audit` are those sections of the configuration, in YAML; `program`
        is the server with arguments of its own."""
        self.server_flags = server_flags
        self.program = program
        self.bin = Path(bin_dir).resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="facegate-flow-"))
        self.process = None
        self.port = 0
        subprocess.run([ROOT / "scripts" / "dev_certs.sh", "certs", OPERATOR], cwd=self.folder,
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run([self.bin / "facegate", "keys", "init", "keys"], cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL)
        (self.folder / "facegate.yaml").write_text(f"""
gateway_name: gate.example
listen: {{grpc: "127.0.0.1:0", http: ""}}
{"" if server_flags else TLS}
{consent_page}
{audit}
keys_dir: keys
data_dir: data
store: {{driver: sqlite, path: data/facegate.db}}
models:
  dir: {models_dir()}
  manifest: {ROOT}/models/manifest.yaml
  decision_tables: {ROOT}/models/decision_tables.yaml
policy:
  packs: [{ROOT}/config/policies/core.yaml]
  vocabulary: {ROOT}/config/policies/vocabulary.yaml
  calendar: {ROOT}/config/calendars/cn.yaml
  wording: {ROOT}/config/documents/wording.yaml
permit:
  permit_ms_max: 60000  # patience for slow builds, such as sanitizers
""")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind is not None:
            print((self.folder / "server.log").read_text()[-4000:], file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, port: int = 0) -> None:
        """Starts it on a free port, or on the one where clients look for it."""
        config = self.folder / "facegate.yaml"
        config.write_text(re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", config.read_text()))
        log = self.folder / "server.log"
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                [self.bin / self.program[0], *self.program[1:], "--config", "facegate.yaml",
                 *self.server_flags],
                cwd=self.folder, stderr=out)
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            ready = re.search(r"gateway_ready.*port=(\d+)", log.read_text())
            if ready:
                self.port = int(ready.group(1))
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError("facegated did not start:\n" + log.read_text())

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def page_port(self) -> int:
        """Where the consent pages are."""
        return int(re.search(r"consent_pages_ready.*port=(\d+)", self.log_text()).group(1))

    def log_text(self) -> str:
        return (self.folder / "server.log").read_text()

    def add_pack(self, path: Path) -> None:
        """Names one more pack in the configuration."""
        config = self.folder / "facegate.yaml"
        config.write_text(re.sub(r"(  packs: \[[^]]*)", rf"\1, {path}", config.read_text()))

    def channel(self, role: str) -> grpc.Channel:
        certs = self.folder / "certs"
        credentials = grpc.ssl_channel_credentials(
            (certs / "ca.crt").read_bytes(), (certs / f"{role}.key").read_bytes(),
            (certs / f"{role}.crt").read_bytes())
        return grpc.secure_channel(f"127.0.0.1:{self.port}", credentials)

    def cli(self, role: str, *arguments: str) -> subprocess.CompletedProcess:
        environment = dict(os.environ, FACEGATE_ADDRESS=f"127.0.0.1:{self.port}",
                           FACEGATE_TIMEOUT_MS="120000",  # patience for slow builds
                           FACEGATE_OPERATOR="acme", FACEGATE_TLS_CA="certs/ca.crt",
                           FACEGATE_TLS_CERT=f"certs/{role}.crt",
                           FACEGATE_TLS_KEY=f"certs/{role}.key")
        return subprocess.run([self.bin / "facegate", *arguments], cwd=self.folder,
                              env=environment, capture_output=True, text=True, check=False)


class Client:
    """The services, each with the certificate of the role that calls it."""

    def __init__(self, protos, gateway: Gateway):
        self.protos = protos
        self.tokens = {}  # of consents, by the person's id
        channels = {role: gateway.channel(role)
                    for role in ("operator", "enroller", "controller", "camera", "auditor",
                                 "resolver")}
        self.registry = protos.registry_grpc.RegistryServiceStub(channels["operator"])
        self.status = protos.gateway_grpc.GatewayServiceStub(channels["operator"])
        self.consents = protos.consent_grpc.ConsentServiceStub(channels["enroller"])
        self.custody = protos.custody_grpc.CustodyServiceStub(channels["operator"])
        self.desk = protos.gateway_grpc.GatewayServiceStub(channels["enroller"])
        self.door = protos.gateway_grpc.GatewayServiceStub(channels["controller"])
        self.lane = protos.gateway_grpc.GatewayServiceStub(channels["camera"])
        self.audit = protos.audit_grpc.AuditServiceStub(channels["auditor"])
        self.resolver = protos.audit_grpc.AuditServiceStub(channels["resolver"])
        # The ways through without a face, by the role that calls.
        self.ways = {role: protos.alternative_grpc.AlternativeServiceStub(channel)
                     for role, channel in channels.items()}

    def counters(self):
        status = self.status.GetStatus(self.protos.gateway.GetStatusRequest())
        return dict(status.counters)

    def register_lobby(self, **purpose) -> str:
        """An office lobby with one door, its purpose with those fields besides; gives the notice's
        hash."""
        r, m = self.protos.registry, self.protos.resources
        self.registry.CreateOperator(r.CreateOperatorRequest(
            operator_id="acme", operator=m.Operator(display_name="Acme AG")))
        self.registry.CreateSite(r.CreateSiteRequest(
            parent=OPERATOR, site_id="lobby",
            site=m.Site(display_name="Lobby", venue_kind=m.VENUE_KIND_OFFICE, country="CH")))
        self.registry.CreateAccessPoint(r.CreateAccessPointRequest(
            parent=SITE, access_point_id="main", access_point=m.AccessPoint(
                display_name="Main door", alternatives=[
                    m.Alternative(kind=m.ALTERNATIVE_KIND_CARD, display_name="badge reader"),
                    m.Alternative(kind=m.ALTERNATIVE_KIND_STAFF_DESK, display_name="desk")])))
        self.registry.CreatePurpose(r.CreatePurposeRequest(
            parent=OPERATOR, purpose_id="building_access", purpose=m.Purpose(
                display_name="Building access", category=m.PURPOSE_CATEGORY_ACCESS_CONTROL,
                retention_days=30, necessity_statement="Hands-free entry",
                alternatives_assessed=True, **purpose)))
        notice = self.registry.CreateNotice(r.CreateNoticeRequest(
            parent=PURPOSE, notice_id="en", notice=m.Notice(language="en", text=NOTICE_TEXT)))
        cameras = {"desk": m.Camera(use=m.CAMERA_USE_ENROLLMENT_DESK),
                   "door": m.Camera(use=m.CAMERA_USE_DOOR, access_point=ACCESS_POINT,
                                    region_of_interest=m.Region(x0=.45, y0=0, x1=.75, y1=1)),
                   "lane": m.Camera(use=m.CAMERA_USE_MARKED_LANE, access_point=ACCESS_POINT)}
        for name, camera in cameras.items():
            camera.display_name = name
            self.registry.CreateCamera(r.CreateCameraRequest(
                parent=SITE, camera_id=name, camera=camera))
        return notice.text_sha256

    def authorize(self, subject: str):
        """The middle person of sample3.jpg stands at the door; gives verdict and reason."""
        g, m = self.protos.gateway, self.protos.resources
        answer = self.door.Authorize(g.AuthorizeRequest(
            camera=DOOR, purpose=PURPOSE, subject=f"{OPERATOR}/subjects/{subject}",
            image=(models_dir() / "sample3.jpg").read_bytes())).answer
        return m.Verdict.Name(answer.verdict), m.Reason.Name(answer.reason)

    def enroll(self, subject: str):
        g, m = self.protos.gateway, self.protos.resources
        x0, y0, x1, y1 = MARKS[subject]
        return self.desk.Enroll(g.EnrollRequest(
            camera=DESK, purpose=PURPOSE, subject=f"{OPERATOR}/subjects/{subject}",
            image=(models_dir() / "sample1.jpg").read_bytes(),
            region=m.Region(x0=x0, y0=y0, x1=x1, y1=y1))).answer

    def grant(self, subject: str, notice_sha256: str, *more: int) -> str:
        """Registers a person with a consent to both, and to more scopes; gives its name."""
        c, m = self.protos.consent, self.protos.resources
        self.consents.CreateSubject(c.CreateSubjectRequest(
            parent=OPERATOR, subject_id=subject, subject=m.Subject(age_years=35)))
        request = c.GrantConsentRequest(
            parent=f"{OPERATOR}/subjects/{subject}", consent_id="c1", site=SITE, purpose=PURPOSE,
            purpose_version=1, form=m.CONSENT_FORM_WRITTEN, given_by=m.CONSENT_GIVER_SELF,
            scopes=[m.CONSENT_SCOPE_VERIFY, m.CONSENT_SCOPE_IDENTIFY, *more],
            notice_sha256=notice_sha256)
        request.expire_time.FromSeconds(int(time.time()) + 20 * 86400)
        granted = self.consents.GrantConsent(request)
        self.tokens[subject] = granted.receipt_token
        return granted.consent.name
