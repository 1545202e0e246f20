// SPDX-License-Identifier: BSD-3-Clause
// I10: no secret value in any output. Row 28: canaries go through everything a
// task can say, in every form; nothing that the run leaves or prints may show
// one.
#include "tests/e2e/live_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/stat.h>

using namespace tutti::test;

namespace {

namespace fs = std::filesystem;

/// Every canary but the number begins with "canary-": as it is (in JSON, URLs
/// and shells, too), in hexadecimal digits, and in base64 at each of the three
/// places.
const std::vector<std::string> traces{"canary-",  "63616e6172792d", "Y2FuYXJ5L",
                                      "NhbmFyeS", "jYW5hcnkt",      "47114711"};

void check_hides(const std::string& where, const std::string& text) {
  for (const auto& x : traces) {
    auto at = text.find(x);
    auto from = at == std::string::npos || at < 200 ? 0 : at - 200;
    BOOST_TEST((at == std::string::npos),
               where << " shows " << x << ": … " << text.substr(from, 400));
  }
}

bool shows(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Says what it knows in as many ways as there are.
constexpr const char* leaker = R"(
import base64, json, os, subprocess, sys, time, urllib.parse
key, ci = os.environ['FILE_KEY'], os.environ['CI_KEY']
pin = int(os.environ['PIN_KEY'])
b = key.encode()
forms = [key, json.dumps(key), json.dumps(key, ensure_ascii=False),
         json.dumps(json.dumps(key)), repr(key), b.hex(), b.hex().upper(),
         urllib.parse.quote(key, safe=''), urllib.parse.quote_plus(key),
         urllib.parse.quote(key).replace('%0A', '%0a')]
for before in ('', 'u', 'u:', 'abc'):
    text = (before + key).encode()
    forms += [base64.b64encode(text).decode(), base64.encodebytes(text).decode(),
              base64.urlsafe_b64encode(text).decode()]
forms += key.splitlines() + [ci]
for x in forms:
    print('out', x, flush=True)
    print('err', x, file=sys.stderr, flush=True)
for c in key:
    sys.stdout.write(c)
    sys.stdout.flush()
print()
def say(*args): subprocess.run(['tutti', *args], check=True)
say('progress', '40', 'at ' + ci)
say('note', 'mind ' + key)
say('handoff', 'later=' + forms[4], '--note', 'and ' + ci)
say('request', '--to', 'bob', 'make ' + ci, '--note', key)
outputs = {'key': key, 'pin': pin, 'forms': forms,
           'deep': {ci: [{'x': key}]}, 'name of ' + ci: True}
with open(os.environ['TUTTI_OUTPUT'], 'w') as file:
    json.dump(outputs, file)
open('leaked', 'w').close()
)";

constexpr const char* session = R"(#!/usr/bin/env python3
import json, os, sys
key = os.environ['SESSION_KEY']
others = [x for x in os.environ if x.endswith('_KEY') and x != 'SESSION_KEY']
def say(**x): print(json.dumps(x), flush=True)
print('session', key, others, file=sys.stderr, flush=True)
say(type='hello', protocol=1, name=key)
for line in sys.stdin:
    x = json.loads(line)
    if x['type'] == 'bye': break
    if x['type'] != 'task': continue
    i = x['id']
    say(type='progress', id=i, text='at ' + key)
    say(type='note', id=i, text='mind ' + key)
    if 'fail' in x['task']:
        say(type='failed', id=i, message='refused: ' + key)
    elif 'nonsense' in x['task']:
        print('x' * 190 + key, flush=True)
    else:
        say(type='done', id=i, note=key, outputs={
            'key': key, 'list': [key], 'others': others})
)";

constexpr const char* plan = R"(
secrets:
  FILE_KEY: keys/file.key
  PIN_KEY: { file: keys/pin.key }
  CI_KEY: { fd: 3 }
  SESSION_KEY: keys/session.key
  SERVICE_KEY: keys/service.key
notify: { run: 'echo "$TUTTI_MESSAGE $SERVICE_KEY"', secrets: SERVICE_KEY }
agents:
  sam: { session: ./session.py, slots: 3, secrets: SESSION_KEY }
  ada: { slots: 4 }
  bob: { requests: { run: 'echo "made=$FILE_KEY" >> "$TUTTI_OUTPUT"; cp "$TUTTI_INPUT" asked.json', secrets: FILE_KEY } }
services:
  db:
    run: 'echo "serving $SERVICE_KEY"; touch up; exec tail -f /dev/null'
    ready: { run: 'echo "probing $SERVICE_KEY"; test -e up', every: 50ms }
    secrets: SERVICE_KEY
tasks:
  leak: { agent: ada, needs: db, run: python3 leak.py, secrets: [FILE_KEY, CI_KEY, PIN_KEY] }
  fails:
    agent: ada
    allow-failure: true
    run: 'echo "reason=wrong key $CI_KEY" >> "$TUTTI_OUTPUT"; echo "cannot log in with $CI_KEY" >&2; exit 3'
    secrets: CI_KEY
  no-output: { agent: ada, allow-failure: true, run: 'echo "$CI_KEY" >> "$TUTTI_OUTPUT"', secrets: CI_KEY }
  path: { agent: ada, allow-failure: true, run: 'touch "dir-$PIN_KEY"', artifacts: "dir-*", secrets: PIN_KEY }
  innocent:
    agent: ada
    run: |
      env > innocent.env
      for i in 3 4 5 6 7 8 9; do
        if [ -e /proc/$$/fd/$i ]; then echo $i >> descriptors; fi
      done
      ls -l /proc/$PPID/fd > supervisor || true
  talk: { agent: sam, prompt: go }
  talk-fail: { agent: sam, prompt: go, allow-failure: true }
  talk-nonsense: { agent: sam, prompt: go, after: [talk, talk-fail], allow-failure: true }
  receive: { agent: ada, needs: [leak, talk], run: 'cp "$TUTTI_INPUT" received.json; env > receive.env' }
  hold: { agent: ada, needs: [receive, talk-nonsense, fails, no-output, path], run: 'echo holding; read go < go' }
gates:
  release: { needs: leak, approval: human }
)";

struct canaries : live_fixture {
  canaries() {
    key("file.key", "canary-F \"1\" x/y+z='3'\ncanary-second\\line\n");
    key("pin.key", "47114711\n");
    key("ci.key", "canary-C&I=4 5");
    key("session.key", "canary-S\tsession\n");
    key("service.key", "canary-V;'7'\n");
    dir.write("leak.py", leaker);
    (void)dir.write_script("session.py", session);
    dir.write("tutti.yaml", plan);
  }
  void key(const std::string& name, const std::string& value) const {
    auto path = dir.write("keys/" + name, value);
    ::chmod(path.c_str(), 0600);
  }
  /// `tutti run ARGS` with descriptor 3.
  [[nodiscard]] program_options with_descriptor(const std::string& args) const {
    auto result = options(
        {"-c", "exec \"$TUTTI_BINARY\" run " + args + " 3< keys/ci.key"});
    result.path = "/bin/sh";
    return result;
  }
  /// All that lies in the folder but the keys themselves.
  void check_files() const {
    std::size_t logs = 0;
    for (const auto& x : fs::recursive_directory_iterator{dir.path()}) {
      auto name = fs::relative(x.path(), dir.path()).string();
      if (name.starts_with("keys/"))
        continue;
      check_hides("the name of a file", name.starts_with("dir-") ? "" : name);
      logs += name.ends_with(".log") ? 1 : 0;
      if (!x.is_regular_file())
        continue;
      std::ifstream file{x.path(), std::ios::binary};
      std::ostringstream content;
      content << file.rdbuf();
      check_hides(name, content.str());
    }
    BOOST_TEST(logs >= 10U);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_secrets, canaries)

BOOST_AUTO_TEST_CASE(nothing_that_a_run_leaves_or_prints_shows_one) { // row 28
  auto go = make_fifo(dir, "go");
  program run{with_descriptor("--plain --json report.json")};
  wait_for_approval("release");
  BOOST_TEST(run.read_until("ada      hold"), run.out() << run.err());
  for (const auto& args :
       std::vector<std::vector<std::string>>{{"status"},
                                             {"status", "--json"},
                                             {"explain", "leak"},
                                             {"explain", "hold"},
                                             {"logs", "leak"}}) {
    auto x = expect(0, args);
    check_hides(args[0], x.out + x.err);
  }
  expect(0, {"approve", "release", "-m", "it was canary-C&I=4 5"});
  std::ofstream{go} << "go\n";
  auto x = finish(run);
  BOOST_TEST(x.status == 0, x.out << x.err);
  check_hides("standard output", x.out);
  check_hides("standard error", x.err);
  check_hides("the report", x.report.dump());
  // Masked, and not lost.
  auto input = dir.read("received.json");
  auto leaked = json::parse(input).at("needs").at("leak");
  BOOST_TEST(leaked.at("outputs").at("key") == "***");
  BOOST_TEST(leaked.at("outputs").at("pin") == "***"); // a number, too
  BOOST_TEST(leaked.at("outputs").at("deep").at("***")[0].at("x") == "***");
  BOOST_TEST(leaked.at("outputs").at("name of ***") == true);
  BOOST_TEST(shows(leaked.at("note"), "mind ***"));
  auto talked = json::parse(input).at("needs").at("talk").at("outputs");
  BOOST_TEST(talked.at("key") == "***");
  BOOST_TEST(talked.at("others").empty()); // of the others' it has none
  BOOST_TEST(json::parse(dir.read("asked.json")).at("requests")[0].at("text")
             == "make ***");
  BOOST_TEST(x.status_of("fails") == "failed");
  BOOST_TEST(x.status_of("talk-fail") == "failed");
  BOOST_TEST(x.status_of("no-output") == "failed");
  BOOST_TEST(x.status_of("path") == "failed");
  BOOST_TEST(shows(x.out, "refused: ***"), x.out);
  check_files();
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(who_does_not_name_one_has_it_nowhere) {
  auto how = with_descriptor("--only innocent");
  how.env.push_back("FILE_KEY=canary-exported");
  auto x = run_program(how);
  BOOST_TEST(x.status == 0, x.out << x.err);
  auto environment = dir.read("innocent.env");
  BOOST_TEST(shows(environment, "TUTTI_TASK=innocent"));
  BOOST_TEST(!shows(environment, "_KEY="), environment);
  BOOST_TEST(dir.read("descriptors") == "");
  // Who starts it has closed the descriptor, too.
  BOOST_TEST(!shows(dir.read("supervisor"), "ci.key"), dir.read("supervisor"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_stops_the_run_before_it_begins) {
  auto missing = [&](const std::string& secret, const std::string& file,
                     std::vector<std::string> names) {
    auto x = run("secrets: { KEY: " + secret
                 + " }\n"
                   "tasks: { a: { run: touch started, secrets: KEY } }\n");
    BOOST_TEST(x.status == 7);
    BOOST_TEST(!dir.exists("started"));
    BOOST_TEST(!dir.exists(".tutti"));
    names.emplace_back("secret KEY");
    names.push_back(file);
    check_one_sentence(x, names);
  };
  missing("./absent.key", "absent.key", {"No such file"});
  missing("./keys", "/keys", {"Is a directory"});
  missing("{ fd: 9 }", "descriptor 9", {"not open", "9<FILE"});
  dir.write("keys/empty.key", "\n");
  missing("keys/empty.key", "empty.key", {"is empty"});
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_warned_of) {
  auto path = dir.write("keys/open.key", "canary-O\n");
  ::chmod(path.c_str(), 0644);
  auto x =
      run("secrets: { KEY: keys/open.key }\n"
          "tasks: { a: { run: test canary-O = \"$KEY\", secrets: KEY } }\n");
  BOOST_TEST(x.status == 0, x.out << x.err);
  BOOST_TEST(shows(x.err, "chmod 600"), x.err);
}

BOOST_AUTO_TEST_CASE(check_and_dry_run_read_no_secret) {
  dir.write("tutti.yaml", "secrets: { KEY: ./absent.key, CI: { fd: 9 } }\n"
                          "tasks: { a: { run: make, secrets: [KEY, CI] } }\n");
  BOOST_TEST(expect(0, {"check"}).err == "");
  (void)expect(0, {"run", "--dry-run"});
}

BOOST_AUTO_TEST_SUITE_END()
