#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: BSD-3-Clause
"""Casey, infrastructure: container, pipeline, and the release itself."""
import gzip
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from team import SOURCES, WORK, expect, hand_on, handed, take, work_on, write

PARTS = ("backend", "web", "db/users.db", "db/schema.sql", "docs/PRD.md", "contract", "infra")


def docker():
    take("infra/Dockerfile", "infra/Dockerfile")
    hand_on(compose=take("infra/compose.yaml", "infra/compose.yaml"))


def ci_cd():
    hand_on(pipeline=take("infra/ci.yaml", "infra/ci.yaml"))


def entries(text):
    """Key paths and scalar values of the plain YAML that the team writes."""
    path, found = [], {}
    for number, line in enumerate(text.splitlines(), 1):
        expect("\t" not in line, f"line {number}: a tab")
        match = re.fullmatch(r"( *)(- )?([A-Za-z][\w-]*):(?: +(.*))?", line)
        if not match or line.lstrip().startswith("#"):
            continue
        depth = len(match.group(1)) + len(match.group(2) or "")
        path = [step for step in path if step[0] < depth] + [(depth, match.group(3))]
        found[".".join(name for _, name in path)] = (match.group(4) or "").strip()
    return found


def infra_lint():
    docker_lines = [line.split(maxsplit=1) for line in
                    (WORK / "infra/Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
                    if line and not line.startswith("#")]
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    verbs = [line[0] for line in docker_lines]
    expect(set(verbs) <= known, f"Dockerfile: unknown instruction {sorted(set(verbs) - known)}")
    expect(verbs[0] == "FROM" and verbs[-1] == "CMD", "Dockerfile: starts with FROM, ends with CMD")
    image = docker_lines[0][1]
    expect(":" in image and not image.endswith(":latest"), "Dockerfile: the image needs a fixed version")
    expect("USER" in verbs and dict(docker_lines)["USER"] != "root", "Dockerfile: the service must not run as root")
    for verb, rest in docker_lines:
        if verb == "COPY":
            source = rest.split()[0].rstrip("/")
            expect(any(part == source or part.startswith(source + "/") for part in PARTS),
                   f"Dockerfile: COPY {source} is not part of the release")

    compose = entries((WORK / "infra/compose.yaml").read_text(encoding="utf-8"))
    port = dict(docker_lines)["EXPOSE"]
    expect(compose.get("services.users.ports", "").strip('[]"').endswith(f":{port}"),
           f"compose.yaml: the published port is not the exposed one, {port}")
    expect("services.users.healthcheck.test" in compose, "compose.yaml: no health check")

    pipeline = (WORK / "infra/ci.yaml").read_text(encoding="utf-8")
    keys = entries(pipeline)
    for key in ("on.push", "jobs.test.runs-on", "jobs.test.steps", "jobs.deploy.needs"):
        expect(key in keys, f"ci.yaml: {key} is missing")
    for command in re.findall(r"run: (.+)", pipeline):
        check = subprocess.run(["sh", "-n", "-c", command], capture_output=True, text=True, check=False)
        expect(check.returncode == 0, f"ci.yaml: {command}: {check.stderr.strip()}")
    for action in re.findall(r"uses: (.+)", pipeline):
        expect(re.search(r"@v?\d", action), f"ci.yaml: {action} needs a fixed version")
    print("Dockerfile, compose.yaml and ci.yaml are sound")


def archive(files):
    """The same files give the same bytes: order, times and owners are fixed."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w") as tar:
        for path in files:
            entry = tarfile.TarInfo("users/" + str(path.relative_to(WORK)))
            entry.size = path.stat().st_size
            entry.mode = 0o644
            with path.open("rb") as content:
                tar.addfile(entry, content)
    return buffer.getvalue()


def release():
    version = handed("VERSION")
    expect(re.fullmatch(r"\d+\.\d+\.\d+", version), f"{version} is no version")
    files = []
    for part in PARTS:
        place = WORK / part
        expect(place.exists(), f"{part} is missing")
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        files += [path for path in found if path.is_file() and "__pycache__" not in path.parts]
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  users/{path.relative_to(WORK)}\n"
                   for path in files)
    content = archive(files)
    expect(content == archive(files), "two archives of the same files differ")
    folder = WORK / "release"
    folder.mkdir(exist_ok=True)
    target = folder / f"users-{version}.tar.gz"
    target.write_bytes(content)
    write("release/SHA256SUMS", sums)

    # The smoke check: what was packed is unpacked, compared, and started.
    sys.path.insert(0, str(SOURCES / "tests"))
    from harness import running_service
    with tempfile.TemporaryDirectory(prefix="release-") as place:
        subprocess.run(["tar", "-xzf", str(target), "-C", place], check=True)
        subprocess.run(["sha256sum", "--quiet", "--check", str(folder / "SHA256SUMS")], cwd=place, check=True)
        users = Path(place) / "users"
        with running_service(users / "backend", users / "db/users.db", users / "web") as call:
            expect(call.raw("GET", "/")[0] == 200, "the released page does not load")
            status, value = call("GET", "/api/users")
            expect(status == 200 and value["total"] > 0, "the released service has no users")
    print(f"released {target.name}: {len(files)} files, {len(content)} bytes")
    hand_on(archive=target, sha256=hashlib.sha256(content).hexdigest())


work_on(docker=docker, ci_cd=ci_cd, infra_lint=infra_lint, release=release)
