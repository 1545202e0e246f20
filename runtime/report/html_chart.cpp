// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/html_parts.hpp"

#include "runtime/report/blame.hpp"
#include "runtime/report/format.hpp"
#include "runtime/report/slices.hpp"
#include "runtime/report/wait_text.hpp"
#include "runtime/report/xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <vector>

namespace tutti::report {

namespace {

constexpr std::size_t slices_max = 20'000;
constexpr double row_height = 24;
constexpr double bar_height = 18;
constexpr double top = 26;
constexpr double letter = 6.3; ///< about so wide

class chart {
public:
  explicit chart(const run_model& m)
    : model_(m), plan_(m.plan()), slices_(m),
      blame_(make_blame(m, slices_, causes{m, slices_, std::nullopt})) {
  }

  std::string draw() {
    choose_widths();
    add_down();
    for (std::uint32_t i = 0; i < plan_.agents.size(); ++i)
      add_agent(i);
    for (std::uint32_t i = 0; i < plan_.gates.size(); ++i)
      add_gate(i);
    add_path();
    auto height = top + row_height * static_cast<double>(rows_) + 8;
    return fmt::format("<svg width=\"{:.0f}\" height=\"{:.0f}\" role=\"img\" "
                       "aria-label=\"Who worked on what when\">\n",
                       names_ + width_ + 20, height)
         + under(height) + out_ + "</svg>\n"
         + (left_out_ > 0 ? fmt::format(
                "<p class=\"soft\">{} of {} stretches of work are "
                "too short to be drawn.</p>\n",
                left_out_, slices_.size())
                          : std::string{});
  }

private:
  void choose_widths() {
    std::size_t longest = 6;
    for (const auto& x : plan_.agents)
      longest = std::max(longest, x.name.size() + 3);
    for (const auto& x : plan_.gates)
      longest = std::max(longest, x.name.size() + 5);
    names_ =
        letter * static_cast<double>(std::min<std::size_t>(longest, 30)) + 16;
    // Many things one after another get room; a few fill the page.
    std::size_t most = 0;
    for (std::uint32_t i = 0; i < plan_.agents.size(); ++i)
      for (const auto& track : slices_.tracks_of(i))
        most = std::max(most, track.size());
    width_ = std::clamp(static_cast<double>(most) * 26, 1240 - names_, 8000.0);
    if (slices_.size() <= slices_max)
      return;
    std::vector<duration> lengths;
    for (const auto& x : slices_.all())
      lengths.push_back(x.length());
    std::nth_element(lengths.begin(), lengths.begin() + slices_max,
                     lengths.end(), std::greater<>{});
    least_ = lengths[slices_max];
  }

  double x_of(duration at) const {
    using seconds = std::chrono::duration<double>;
    auto whole = seconds(std::max(model_.now(), duration{1}));
    return names_ + width_ * (seconds(at) / whole);
  }

  double row_top() const {
    return top + row_height * static_cast<double>(rows_);
  }

  void add_name(std::string_view name) {
    auto text = name.size() > 30 ? fmt::format("{}...", name.substr(0, 27))
                                 : std::string(name);
    fmt::format_to(std::back_inserter(out_),
                   "<text class=\"name\" x=\"8\" y=\"{:.0f}\">{}</text>\n",
                   row_top() + 13, xml_text(text));
  }

  void add_box(std::string_view kind, duration from, duration until,
               const std::string& label, const std::string& title) {
    auto left = x_of(from);
    auto wide = std::max(x_of(until) - left, 1.5);
    fmt::format_to(std::back_inserter(out_),
                   "<g class=\"s\"><title>{}</title><rect class=\"{}\" "
                   "x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{}\" "
                   "rx=\"2\"/>",
                   xml_text(title), kind, left, row_top(), wide, bar_height);
    if (letter * static_cast<double>(label.size()) + 6 < wide)
      fmt::format_to(std::back_inserter(out_),
                     "<text class=\"in\" x=\"{:.1f}\" y=\"{:.0f}\">{}</text>",
                     left + 4, row_top() + 13, xml_text(label));
    out_ += "</g>\n";
  }

  static std::string_view kind_of(const slice& x) {
    if (x.is_running)
      return "open";
    if (x.is_last
        && (x.how == attempt_end::failure || x.how == attempt_end::timed_out
            || x.how == attempt_end::system_error
            || x.how == attempt_end::unkillable))
      return "bad";
    if (x.is_last && x.how != attempt_end::success)
      return "cut";
    return x.phase == work_phase::integrate ? "later" : "run";
  }

  std::string title_of(const slice& x) const {
    auto text =
        fmt::format("{} ({}){}\n{} to {}: {}", plan_.tasks[x.task.value].name,
                    agent_name(plan_, x.agent),
                    x.phase == work_phase::integrate ? ", integrate phase" : "",
                    format_duration(x.start), format_duration(x.end),
                    format_duration(x.length()));
    if (model_.nodes().is_spread())
      text += "\non " + model_.nodes().name(x.node);
    if (x.wanted < x.start)
      text += fmt::format("\nready {} before",
                          format_duration(model_.up_time(x.wanted, x.start)));
    if (x.attempt > 1 || x.version > 1)
      text += fmt::format("\nattempt {}, version {}", x.attempt, x.version);
    text += x.is_running ? "\nstill at it"
          : !x.is_last   ? "\nthen waited inside"
                         : fmt::format("\n{}", to_string(x.how));
    return text;
  }

  void add_agent(std::uint32_t agent) {
    const auto& tracks = slices_.tracks_of(agent);
    for (std::size_t k = 0; k < tracks.size(); ++k) {
      // Slots beyond the first that nobody used tell nothing.
      if (tracks[k].empty() && k > 0)
        continue;
      add_name(tracks.size() == 1 || (k == 0 && tracks[1].empty())
                   ? plan_.agents[agent].name
                   : fmt::format("{} {}", plan_.agents[agent].name, k + 1));
      for (auto i : tracks[k]) {
        const auto& x = slices_[i];
        if (x.length() < least_) {
          ++left_out_;
          continue;
        }
        add_box(kind_of(x), x.start, x.end, plan_.tasks[x.task.value].name,
                title_of(x));
      }
      track_row_.push_back({agent, static_cast<std::uint32_t>(k), rows_});
      ++rows_;
    }
  }

  void add_gate(std::uint32_t i) {
    const auto& g = model_.gate(i);
    if (g.asks.empty() && g.openings.empty() && !g.closed_at)
      return;
    const auto& name = plan_.gates[i].name;
    add_name("gate " + name);
    for (const auto& x : model_.waits_for_people(i))
      add_box("gate", x.from, x.until, "asks",
              fmt::format("gate {} asked {}\n{} to {}: {}", name,
                          approvers_text(model_, i), format_duration(x.from),
                          format_duration(x.until),
                          format_duration(x.until - x.from)));
    for (auto at : g.openings)
      add_mark("ok", at,
               fmt::format("gate {} opened at {}", name, format_duration(at)));
    if (g.closed_at)
      add_mark("bad", *g.closed_at,
               fmt::format("gate {} is {} since {}", name, to_string(g.state),
                           format_duration(*g.closed_at)));
    ++rows_;
  }

  void add_mark(std::string_view kind, duration at, const std::string& title) {
    auto x = x_of(at);
    auto y = row_top() + bar_height / 2;
    fmt::format_to(std::back_inserter(out_),
                   "<g class=\"s\"><title>{}</title><path class=\"{}\" "
                   "d=\"M{:.1f} {:.0f}l7 7l-7 7l-7-7z\"/></g>\n",
                   xml_text(title), kind, x, y - 7);
  }

  void add_down() {
    const auto& all = model_.sessions();
    for (std::size_t i = 1; i < all.size(); ++i)
      downs_.push_back({all[i - 1].until, all[i].from});
  }

  /// The work on the actual path, outlined.
  void add_path() {
    for (const auto& x : blame_.path) {
      if (!x.works || x.length() < least_)
        continue;
      const auto& s = slices_[x.what.index];
      auto row = std::find_if(
          track_row_.begin(), track_row_.end(), [&](const auto& r) {
            return r.agent == s.agent.value && r.slot == s.slot;
          });
      if (row == track_row_.end())
        continue;
      fmt::format_to(
          std::back_inserter(out_),
          "<rect class=\"lead\" x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" "
          "height=\"{}\" rx=\"2\"/>\n",
          x_of(x.from), top + row_height * static_cast<double>(row->row),
          std::max(x_of(x.until) - x_of(x.from), 1.5), bar_height);
    }
  }

  /// Time axis and the times in which tutti was not there.
  std::string under(double height) const {
    std::string result;
    for (const auto& x : downs_)
      fmt::format_to(std::back_inserter(result),
                     "<g class=\"s\"><title>tutti was not there: {}</title>"
                     "<rect class=\"down\" x=\"{:.1f}\" y=\"{}\" "
                     "width=\"{:.1f}\" height=\"{:.0f}\"/></g>\n",
                     format_duration(x.until - x.from), x_of(x.from), top - 4,
                     std::max(x_of(x.until) - x_of(x.from), 1.0), height - top);
    for (auto at = duration{0}; at <= model_.now(); at += tick())
      fmt::format_to(std::back_inserter(result),
                     "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" "
                     "y1=\"18\" y2=\"{1:.0f}\"/><text class=\"axis\" "
                     "x=\"{0:.1f}\" y=\"13\" text-anchor=\"middle\">{2}"
                     "</text>\n",
                     x_of(at), height - 6, format_duration(at));
    return result;
  }

  /// A round time, about every 110 pixels.
  duration tick() const {
    using namespace std::chrono_literals;
    constexpr duration steps[] = {1ms,   2ms,   5ms,  10ms, 20ms,  50ms,  100ms,
                                  200ms, 500ms, 1s,   2s,   5s,    10s,   15s,
                                  30s,   1min,  2min, 5min, 10min, 15min, 30min,
                                  1h,    2h,    4h,   6h,   12h,   24h};
    auto wanted =
        std::max(model_.now(), duration{1})
        / std::max<std::int64_t>(1, static_cast<std::int64_t>(width_) / 110);
    for (auto x : steps)
      if (x >= wanted)
        return x;
    return (wanted / duration{24h} + 1) * duration{24h};
  }

  struct placed {
    std::uint32_t agent = 0;
    std::uint32_t slot = 0;
    std::size_t row = 0;
  };

  const run_model& model_;
  const plan& plan_;
  slice_table slices_;
  run_blame blame_;
  std::string out_;
  std::vector<placed> track_row_;
  std::vector<people_wait> downs_;
  std::size_t rows_ = 0;
  std::size_t left_out_ = 0;
  duration least_{0}; ///< shorter ones are left out
  double names_ = 100;
  double width_ = 1100;
};

} // namespace

std::string html_chart(const run_model& m) {
  return chart(m).draw();
}

} // namespace tutti::report
