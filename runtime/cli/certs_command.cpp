// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/report/json_writer.hpp"

#include <fmt/format.h>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::cli {

namespace {

using cluster::certificate_file;
using cluster::certificate_info;

constexpr int certs_schema_version = 1;

std::string time_text(const char* form, std::int64_t at_s) {
  auto at = static_cast<std::time_t>(at_s);
  std::tm parts{};
  ::gmtime_r(&at, &parts);
  std::string result(32, ' ');
  result.resize(std::strftime(result.data(), result.size(), form, &parts));
  return result;
}

std::string date_text(std::int64_t at_s) {
  return time_text("%Y-%m-%d", at_s);
}

std::string json_time(std::int64_t at_s) {
  return time_text("%Y-%m-%dT%H:%M:%SZ", at_s);
}

std::string_view state_of(const certificate_info& x, std::int64_t now_s) {
  if (now_s >= x.valid_until_s)
    return "expired";
  return now_s < x.valid_from_s ? "not-yet-valid" : "valid";
}

std::string validity_text(const certificate_info& x, std::int64_t now_s) {
  if (now_s >= x.valid_until_s)
    return "expired on " + date_text(x.valid_until_s);
  if (now_s < x.valid_from_s)
    return fmt::format("not valid before {}", date_text(x.valid_from_s));
  return fmt::format("valid from {} until {}", date_text(x.valid_from_s),
                     date_text(x.valid_until_s));
}

std::string list_text(const std::vector<certificate_file>& all,
                      std::int64_t now_s) {
  std::string result;
  for (const auto& x : all)
    result += fmt::format(
        "{} ({}), {}, {} its key\n    {}\n    SHA-256 {}\n", x.info.name,
        to_string(x.info.role), validity_text(x.info, now_s),
        x.has_key ? "with" : "without", x.path, x.info.fingerprint);
  return result;
}

std::string list_json(const std::string& directory,
                      const std::vector<certificate_file>& all,
                      std::int64_t now_s) {
  report::json_writer w;
  w.open('{');
  w.integer("schema_version", certs_schema_version);
  w.text("directory", directory);
  w.open("certificates", '[');
  for (const auto& x : all) {
    w.line();
    w.open('{');
    w.text("name", x.info.name);
    w.text("role", to_string(x.info.role));
    w.text("state", state_of(x.info, now_s));
    w.text("valid_from", json_time(x.info.valid_from_s));
    w.text("valid_until", json_time(x.info.valid_until_s));
    w.text("file", x.path);
    w.boolean("has_key", x.has_key);
    w.text("sha256", x.info.fingerprint);
    w.close('}');
  }
  w.close(']');
  w.close('}');
  return w.take() + "\n";
}

int show(const certs_options& options, const std::string& directory,
         std::int64_t now_s) {
  auto all = cluster::list_certificates(directory);
  if (!all)
    return fail(all.error());
  if (options.as_json)
    return print_data(list_json(directory, *all, now_s));
  if (all->empty())
    note(fmt::format("there are no certificates in '{}'", directory));
  return print_data(list_text(*all, now_s));
}

int init(const certs_options& options, const std::string& directory,
         std::int64_t now_s) {
  auto x = cluster::make_authority(directory, options.days, now_s);
  if (!x)
    return fail(x.error());
  if (!x->made && options.days > 0)
    note("--days changes nothing about a CA that is there already");
  return print_data(fmt::format("{} {}, valid until {}\n",
                                x->made ? "made" : "there is already", x->path,
                                date_text(x->info.valid_until_s)));
}

int issue(const certs_options& options, const std::string& directory,
          std::int64_t now_s) {
  auto into = options.out.empty() ? directory : state_directory_of(options.out);
  auto x = cluster::issue_certificate(directory, into,
                                      {options.name, options.days, now_s});
  if (!x)
    return fail(x.error());
  if (!options.out.empty() && options.name == cluster::orchestrator_name)
    note(fmt::format("'{}' is for the machine of the run; there: tutti run "
                     "--listen HOST:PORT --certs {}",
                     into, options.out));
  else if (!options.out.empty())
    note(fmt::format("'{}' is for the machine of the node; there: tutti node "
                     "--join HOST:PORT --name {} --certs {}",
                     into, options.name, options.out));
  return print_data(fmt::format("issued {}, valid until {}\n", x->path,
                                date_text(x->info.valid_until_s)));
}

} // namespace

int certs_command(const certs_options& options) {
  auto directory = options.directory.empty()
                     ? cluster::certificates_directory(
                         state_directory_of(options.state_directory))
                     : state_directory_of(options.directory);
  constexpr std::int64_t second_ns = 1'000'000'000;
  auto now_s = now_ns() / second_ns;
  if (options.action == "show")
    return show(options, directory, now_s);
  return options.action == "init" ? init(options, directory, now_s)
                                  : issue(options, directory, now_s);
}

} // namespace tutti::cli
