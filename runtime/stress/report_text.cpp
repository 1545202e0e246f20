// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace tutti::stress {

namespace {

double seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

double per_second(std::uint64_t count, duration span) {
  return span > duration{0} ? static_cast<double>(count) / seconds(span) : 0;
}

std::string rate_text(std::uint64_t count, duration span) {
  auto x = per_second(count, span);
  return x < 100 ? fmt::format("{:.1f}", x)
                 : number_text(static_cast<std::uint64_t>(std::llround(x)));
}

std::string size_text(std::uint64_t bytes) {
  auto x = static_cast<double>(bytes);
  if (x < 1 << 20)
    return fmt::format("{:.1f} KiB", x / (1 << 10));
  if (x < 1 << 30)
    return fmt::format("{:.1f} MiB", x / (1 << 20));
  return fmt::format("{:.1f} GiB", x / (1 << 30));
}

std::string span_text(duration x) {
  return fmt::format("{:.2f} s", seconds(x));
}

void add_row(std::string& text, std::string_view name,
             const std::string& what) {
  text += fmt::format("  {:<12}{}\n", name, what);
}

void add_throughput(std::string& text, const outcome& x) {
  const auto& p = *x.how.pattern;
  auto row =
      fmt::format("{} {}/s", rate_text(x.operations, x.elapsed), p.units);
  if (x.messages > 0 && x.messages != x.operations)
    row += fmt::format(", {} messages/s", rate_text(x.messages, x.elapsed));
  row += fmt::format("  ({} in {})", number_text(x.operations),
                     span_text(x.elapsed));
  add_row(text, "throughput", row);
}

void add_latency(std::string& text, const outcome& x) {
  const auto& h = x.times;
  if (h.count() == 0)
    return add_row(text, "latency", "none was taken");
  auto at = [&h](double part) {
    return time_text(h.percentile(part));
  };
  add_row(text, "latency",
          fmt::format("p50 {}, p90 {}, p99 {}, p99.9 {}, max {}", at(.5),
                      at(.9), at(.99), at(.999), time_text(h.max())));
  auto how = std::string{x.how.pattern->timed};
  if (x.how.rate)
    how += ", since it was due";
  how += x.sample_every > 1
           ? fmt::format("; one in {} is timed", x.sample_every)
           : std::string{"; all are timed"};
  how += x.how.rate ? " (open loop, corrected for coordinated omission)"
                    : " (closed loop)";
  add_row(text, "", how);
}

void add_nodes(std::string& text, const outcome& x) {
  if (x.nodes.empty())
    return;
  std::uint64_t pauses = 0;
  for (const auto& n : x.nodes)
    pauses += n.pauses;
  add_row(text, "nodes",
          fmt::format("{} {}over TLS 1.3; senders waited {} times for a full "
                      "link",
                      x.nodes.size(),
                      x.how.connect.empty() ? "on this machine, " : "",
                      number_text(pauses)));
}

void add_ledger(std::string& text, const ledger_result& x) {
  if (x.whole())
    return add_row(text, "ledger",
                   fmt::format("{} sent, all received, checksums agree",
                               number_text(x.sent)));
  auto row = fmt::format("{} sent, {} received:", number_text(x.sent),
                         number_text(x.received));
  auto add = [&row](std::uint64_t n, std::string_view what) {
    if (n > 0)
      row += fmt::format(" {} {}", number_text(n), what);
  };
  add(x.missing, "MISSING");
  add(x.surplus, "received twice");
  add(x.corrupted, "corrupted");
  add(x.unequal, "senders with others than they sent");
  add_row(text, "ledger", row);
}

} // namespace

std::string number_text(std::uint64_t x) {
  auto text = std::to_string(x);
  for (auto at = text.size(); at > 3;)
    text.insert(at -= 3, ",");
  return text;
}

std::string time_text(std::int64_t ns) {
  auto x = static_cast<double>(ns);
  if (ns < 1'000)
    return fmt::format("{} ns", ns);
  if (x < 999.5e3) // three digits
    return fmt::format("{:.3g} us", x / 1e3);
  if (x < 999.5e6)
    return fmt::format("{:.3g} ms", x / 1e6);
  return fmt::format("{:.2f} s", x / 1e9);
}

std::string progress_text(const settings& how, const watcher::state& now,
                          double messages_per_s) {
  auto text =
      fmt::format("{}  {:.1f} s", how.pattern->name, seconds(now.elapsed));
  if (now.warming)
    text += fmt::format(" of {:.1f} s warm-up", seconds(how.warm_up));
  else if (how.time)
    text += fmt::format(" of {:.1f} s", seconds(*how.time));
  return text
       + fmt::format("  {}/s",
                     number_text(static_cast<std::uint64_t>(messages_per_s)));
}

std::string report_text(const outcome& x) {
  const auto& p = *x.how.pattern;
  std::string text = fmt::format("{}: {} ({})\n", p.name, p.what, p.follows);
  if (x.stopped)
    add_row(text, "STOPPED", "before its end; this is what was measured");
  if (!x.trouble.empty())
    add_row(text, "FAILED", x.trouble);
  add_throughput(text, x);
  add_latency(text, x);
  for (const auto& f : x.figures)
    add_row(text, "", f.text);
  add_nodes(text, x);
  auto cpu = x.cpu.user + x.cpu.system;
  auto processes = x.nodes.size() + 1;
  add_row(text, "cpu",
          fmt::format("{} ({} user, {} system{})", span_text(cpu),
                      span_text(x.cpu.user), span_text(x.cpu.system),
                      processes > 1 ? fmt::format("; {} processes", processes)
                                    : std::string{}));
  add_row(text, "memory",
          fmt::format("{} at most{}", size_text(x.peak_bytes),
                      processes > 1 ? ", in the process that had most" : ""));
  add_ledger(text, x.accounts);
  auto m = this_machine();
  add_row(text, "machine",
          fmt::format("{}, {} cores, {}, {}", m.cpu, m.cores,
                      size_text(m.memory_bytes), m.kernel));
  auto b = this_build();
  add_row(text, "build",
          fmt::format("tutti {}, {}, {}", b.version, b.type, b.compiler));
  add_row(text, "command", x.how.command);
  return text;
}

} // namespace tutti::stress
