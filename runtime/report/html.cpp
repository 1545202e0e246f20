// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/html.hpp"

#include "runtime/report/blame_text.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/html_parts.hpp"
#include "runtime/report/xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

namespace tutti::report {

namespace {

constexpr std::size_t log_bytes_max = 8 * 1024;
constexpr std::size_t logs_max = 50;
constexpr std::size_t hops_max = 400;
constexpr std::size_t rows_max = 5'000;
constexpr std::size_t waits_max = 30;

class page {
public:
  page(const run_model& m, const run_report& x, const log_reader& log)
    : model_(m), report_(x), log_(log) {
  }

  std::string write() {
    add_head();
    add_figures();
    add_failures();
    section("Who worked on what");
    key({{"u-busy", "run"},
         {"u-starting", "integrate"},
         {"u-bad", "failed"},
         {"u-no-work", "cut off"},
         {"u-gate", "approval asked"}});
    out_ += "<p class=\"soft\">Outlined: the path that led to the end. Rest "
            "the pointer on anything for details.</p>\n<div class=\"scroll\">"
          + html_chart(model_) + "</div>\n";
    add_nodes();
    add_path();
    add_waits();
    add_idle();
    if (auto graph = html_graph(model_, report_); !graph.empty()) {
      section("What waits for what");
      out_ += "<p class=\"soft\">Dashed: needed to finish, not to start; or "
              "what it runs after.</p>\n<div class=\"scroll\">"
            + graph + "</div>\n";
    }
    add_tasks();
    add_honesty();
    out_ += "</body>\n</html>\n";
    return std::move(out_);
  }

private:
  void add(std::string_view text) {
    out_ += text;
  }
  void section(std::string_view title) {
    out_ += fmt::format("<h2>{}</h2>\n", xml_text(title));
  }
  void key(std::vector<std::pair<std::string_view, std::string_view>> items) {
    add("<p class=\"key\">");
    for (auto [style, text] : items)
      out_ += fmt::format("<span><i class=\"{}\"></i>{}</span>", style, text);
    add("</p>\n");
  }
  void cell(const std::string& text, std::string_view style = {}) {
    out_ += style.empty()
              ? fmt::format("<td>{}</td>", xml_text(text))
              : fmt::format("<td class=\"{}\">{}</td>", style, xml_text(text));
  }
  void more(std::size_t total, std::size_t shown) {
    if (total > shown)
      out_ += fmt::format("<p class=\"soft\">and {} more</p>\n", total - shown);
  }

  void add_head() {
    auto status = report_.ended   ? to_string(report_.status)
                : report_.is_live ? std::string_view{"goes on"}
                                  : std::string_view{"lost"};
    auto style = !report_.ended && report_.is_live ? "open"
               : report_.status == run_status::succeeded && report_.ended ? "ok"
               : report_.status == run_status::waiting ? "left"
                                                       : "bad";
    out_ += fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
        "charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width\">\n<meta "
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">\n<title>{0}: {1}</title>\n<style>{2}"
        "</style>\n</head>\n<body>\n<h1>{0} <span class=\"state {3}\">{1}"
        "</span> <small>run {4}</small></h1>\n",
        xml_text(report_.plan), status, html_style(), style,
        xml_text(report_.run_id));
  }

  void figure(const std::string& value, std::string_view name,
              const std::string& title) {
    out_ += fmt::format("<div class=\"figure\" title=\"{}\"><b>{}</b><span>{}"
                        "</span></div>\n",
                        xml_text(title), xml_text(value), name);
  }

  void add_figures() {
    const auto& x = report_;
    add("<div class=\"figures\">\n");
    figure(format_duration(x.makespan), "makespan", "from start to end");
    figure(format_duration(x.sequential), "one after another", "the same work");
    figure(format_duration(x.bounds.value), "lower bound", x.explanation);
    if (x.efficiency)
      figure(fmt::format("{:.0f} %", 100 * *x.efficiency), "efficiency",
             "lower bound / makespan");
    figure(format_duration(x.blame.ideal), "ideal path",
           "with agents for everything at once");
    if (x.people > duration{0})
      figure(format_duration(x.people), "people waited for", "over gates");
    if (x.later)
      figure(fmt::format("{}{}", x.later->saved() < duration{0} ? "-" : "",
                         format_duration(
                             std::max(x.later->saved(), -x.later->saved()))),
             "saved by needs-later", "against plain needs");
    add("</div>\n");
    out_ += fmt::format("<p>{}</p>\n", xml_text(x.explanation));
    if (x.blame.alarms)
      out_ += fmt::format(
          "<p class=\"bad-text\">{} went by on the path that no work, handoff, "
          "person or rule explains.</p>\n",
          format_duration(x.blame.waited(wait_kind::orchestrator)));
  }

  void add_failures() {
    std::vector<const task_row*> rows;
    for (const auto& y : report_.tasks)
      if (is_failure(y.status))
        rows.push_back(&y);
    if (rows.empty())
      return;
    section(fmt::format("Failed: {}", rows.size()));
    auto shown = std::min(rows.size(), logs_max);
    for (std::size_t i = 0; i < shown; ++i)
      add_failure(*rows[i]);
    if (shown < rows.size()) {
      add("<p class=\"soft\">and ");
      for (std::size_t i = shown; i < std::min(rows.size(), shown + 100); ++i)
        out_ += xml_text(rows[i]->name) + (i + 1 < rows.size() ? ", " : "");
      add("</p>\n");
    }
  }

  void add_failure(const task_row& y) {
    auto what = y.details && !y.details->message.empty()
                  ? y.details->message
                  : std::string(to_string(y.status));
    out_ +=
        fmt::format("<p><b class=\"bad-text\">{}</b> ({}): {} after {}</p>\n",
                    xml_text(y.name), xml_text(y.agent), xml_text(what),
                    format_duration(y.run + y.integrate));
    if (!y.details || y.details->log.empty() || !log_)
      return;
    auto text = log_(y.details->log, log_bytes_max);
    if (!text.empty())
      out_ += fmt::format("<pre>{}</pre>\n", xml_text(text));
  }

  void add_nodes() {
    const auto& x = report_.nodes;
    if (!x.is_spread)
      return;
    section(fmt::format("Nodes: {}", x.nodes.size()));
    add("<div class=\"scroll\"><table><tr><th>node</th><th>state</th><th>labels"
        "</th>");
    for (const auto* name : {"slots", "joined", "attempts", "busy", "lost"})
      out_ += fmt::format("<th class=\"n\">{}</th>", name);
    add("</tr>\n");
    for (const auto& y : x.nodes) {
      add("<tr>");
      cell(y.name);
      cell(y.reason.empty()
               ? std::string(to_string(y.state))
               : fmt::format("{}: {}", to_string(y.state), y.reason),
           y.state == node_state::lost ? std::string_view{"bad"}
                                       : std::string_view{});
      cell(fmt::format("{}", fmt::join(y.labels, ", ")));
      cell(y.slots == 0 ? "no limit" : std::to_string(y.slots), "n");
      cell(format_duration(y.joined), "n");
      cell(std::to_string(y.attempts), "n");
      cell(format_duration(y.busy), "n");
      cell(format_duration(y.lost), "n");
      add("</tr>\n");
    }
    add("</table></div>\n");
    auto line = [this](std::string_view style, const std::string& text) {
      out_ += fmt::format("<p class=\"{}\">{}</p>\n", style, xml_text(text));
    };
    for (const auto& y : x.losses) {
      line("bad-text", "Lost: " + loss_text(y));
      for (const auto& z : y.work)
        line("soft", lost_text(y, z));
    }
    for (const auto& y : move_lines(x))
      line("soft", y);
    for (const auto& y : x.unplaced)
      line("bad-text", y);
  }

  void add_path() {
    const auto told = report_.blame.told();
    const auto& path = told.rows;
    if (path.empty())
      return;
    section("The path that led to the end");
    add("<div class=\"scroll\"><table><tr><th class=\"n\">from</th><th "
        "class=\"n\">took</th><th>what</th><th>agent</th><th>why not earlier"
        "</th></tr>\n");
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (path.size() > hops_max && i == hops_max / 2) {
        auto left_out = path.size() - hops_max;
        out_ += fmt::format("<tr class=\"wait\"><td></td><td></td><td>{} more"
                            "</td><td></td><td></td></tr>\n",
                            left_out);
        i += left_out;
      }
      const auto& y = *path[i];
      bool works = y.kind == "work";
      add(works ? "<tr>" : "<tr class=\"wait\">");
      cell(format_duration(y.from), "n");
      cell(format_duration(y.length()), "n");
      cell(works
               ? y.of + (y.phase == work_phase::integrate ? " integrates" : "")
               : std::string(y.kind));
      cell(y.agent);
      cell(y.text);
      add("</tr>\n");
    }
    add("</table></div>\n");
    const auto& b = report_.blame;
    if (told.left_out > 0)
      out_ += fmt::format("<p class=\"soft\">Not shown: {} moments between "
                          "ends and starts, {} in all.</p>\n",
                          told.left_out, format_duration(told.left_out_time));
    out_ += fmt::format("<p>With agents for everything at once the same work "
                        "takes {}.</p>\n",
                        format_duration(b.ideal));
  }

  void add_waits() {
    std::vector<const wait_row*> rows;
    for (const auto& y : report_.blame.agent_waits)
      if (y.on != y.waiter)
        rows.push_back(&y);
    if (rows.empty())
      return;
    section("Who waited for whom, idle");
    add("<div class=\"scroll\"><table><tr><th>agent</th><th>waited for</th>"
        "<th class=\"n\">time</th><th>most of it for</th></tr>\n");
    auto shown = std::min(rows.size(), waits_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& y = *rows[i];
      add("<tr>");
      cell(y.waiter);
      cell(y.on.empty() ? std::string("people") : y.on);
      cell(format_duration(y.time), "n");
      cell(y.most.empty()
               ? std::string{}
               : fmt::format("{}, {}", y.most, format_duration(y.most_time)));
      add("</tr>\n");
    }
    add("</table></div>\n");
    more(rows.size(), shown);
    add_matrix();
  }

  /// Agent by agent, where there are not too many to be looked at.
  void add_matrix() {
    constexpr std::size_t agents_max = 16;
    const auto& idle = report_.blame.idle;
    if (idle.size() < 3 || idle.size() > agents_max)
      return;
    std::map<std::pair<std::string_view, std::string_view>, duration> times;
    bool people = false;
    for (const auto& y : report_.blame.agent_waits) {
      times[{y.waiter, y.on}] = y.time;
      people = people || y.on.empty();
    }
    std::vector<std::string> on;
    for (const auto& y : idle)
      on.push_back(y.agent);
    if (people)
      on.emplace_back();
    add("<p class=\"soft\">Each line waited for each column:</p>\n<div "
        "class=\"scroll\"><table><tr><th></th>");
    for (const auto& y : on)
      out_ += fmt::format("<th class=\"n\">{}</th>",
                          y.empty() ? "people" : xml_text(y));
    add("</tr>\n");
    for (const auto& y : idle) {
      add("<tr>");
      cell(y.agent);
      for (const auto& z : on) {
        auto i = times.find({y.agent, z});
        cell(i == times.end() ? std::string{} : format_duration(i->second),
             "n");
      }
      add("</tr>\n");
    }
    add("</table></div>\n");
  }

  void add_idle() {
    if (report_.blame.idle.empty())
      return;
    section("What the slots did, all the time");
    std::vector<std::pair<std::string_view, std::string_view>> uses;
    static constexpr std::string_view styles[] = {
        "u-busy", "u-starting", "u-blocked", "u-gate",
        "u-held", "u-no-work",  "u-down"};
    for (std::size_t i = 0; i < slot_use_count; ++i)
      uses.emplace_back(styles[i], to_string(static_cast<slot_use>(i)));
    key(std::move(uses));
    add("<div class=\"bars\">\n");
    for (const auto& y : report_.blame.idle) {
      out_ +=
          fmt::format("<span>{}</span><div class=\"bar\">", xml_text(y.agent));
      using seconds = std::chrono::duration<double>;
      seconds whole = report_.makespan * y.time.slots;
      for (std::size_t i = 0; i < slot_use_count; ++i) {
        auto use = static_cast<slot_use>(i);
        if (y.time[use] > duration{0})
          out_ += fmt::format("<i class=\"{}\" style=\"width:{:.3f}%\" "
                              "title=\"{} {}\"></i>",
                              styles[i], 100 * (seconds(y.time[use]) / whole),
                              to_string(use), format_duration(y.time[use]));
      }
      add("</div>\n");
    }
    add("</div>\n");
  }

  void add_tasks() {
    section(fmt::format("Tasks: {}", report_.tasks.size()));
    add("<details><summary>all of them, in plan order</summary><div "
        "class=\"scroll\"><table><tr><th>task</th><th>agent</th>");
    if (report_.nodes.is_spread)
      add("<th>nodes</th>");
    add("<th>status</th>");
    for (const auto* name :
         {"attempts", "ready", "started", "finished", "queue", "run", "inside",
          "integrate", "slack", "on path"})
      out_ += fmt::format("<th class=\"n\">{}</th>", name);
    add("</tr>\n");
    auto shown = std::min(report_.tasks.size(), rows_max);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& y = report_.tasks[i];
      auto time = [&](std::optional<duration> z) {
        cell(z ? format_duration(*z) : "-", "n");
      };
      add("<tr>");
      cell(y.name);
      cell(y.agent);
      if (report_.nodes.is_spread)
        cell(fmt::format("{}", fmt::join(y.nodes, ", ")));
      cell(std::string(to_string(y.status)),
           is_failure(y.status) ? std::string_view{"bad"} : std::string_view{});
      cell(std::to_string(y.attempts), "n");
      for (auto z :
           {y.ready, y.started, y.finished, std::optional{y.queue},
            std::optional{y.run}, std::optional{y.waited_inside},
            std::optional{y.integrate}, y.slack, std::optional{y.on_path}})
        time(z);
      add("</tr>\n");
    }
    add("</table></div></details>\n");
    more(report_.tasks.size(), shown);
  }

  void add_honesty() {
    section("What this rests on");
    for (const auto& line : honesty_lines(report_))
      out_ += fmt::format("<p class=\"soft\">{}</p>\n", xml_text(line));
  }

  const run_model& model_;
  const run_report& report_;
  const log_reader& log_;
  std::string out_;
};

} // namespace

std::string_view html_class(task_state x) {
  if (is_failure(x))
    return "bad";
  if (x == task_state::succeeded)
    return "ok";
  return is_terminal(x) ? "left" : "open";
}

std::string to_html(const run_model& m, const run_report& x,
                    const log_reader& log) {
  return page(m, x, log).write();
}

} // namespace tutti::report
