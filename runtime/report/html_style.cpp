// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/html_parts.hpp"

namespace tutti::report {

std::string_view html_style() {
  return R"(
:root { color-scheme: light dark;
  --paper: #ffffff; --panel: #f5f6f8; --ink: #1c2128; --soft: #5b6570;
  --line: #d5dae0; --run: #3d7fc4; --later: #7a5fc0; --bad: #c8372d;
  --ok: #2c8a4b; --left: #98a1ab; --open: #0f8a94; --gate: #d99a1b;
  --path: #e07b00; --down: #e6e8eb; --blocked: #c9825a; --bar-ink: #ffffff; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14171c; --panel: #1d2127; --ink: #e3e7ec; --soft: #9aa5b1;
  --line: #343b45; --run: #4f93dc; --later: #9a82e0; --bad: #ef6a5f;
  --ok: #56b877; --left: #66707b; --open: #3fb6c0; --gate: #e0ad45;
  --path: #ffa033; --down: #262b32; --blocked: #b4714c; --bar-ink: #0e1116; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 28px 60px; max-width: 1320px;
  background: var(--paper); color: var(--ink);
  font: 14px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 16px; margin: 34px 0 10px; }
h1 small { font-weight: normal; color: var(--soft); font-size: 14px; }
p { margin: 6px 0; } .soft { color: var(--soft); }
.state { display: inline-block; padding: 1px 9px; border-radius: 10px;
  color: var(--bar-ink); font-size: 13px; vertical-align: 3px; }
.state.ok { background: var(--ok); } .state.bad { background: var(--bad); }
.state.open { background: var(--open); } .state.left { background: var(--left); }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 18px 0 6px; }
.figure { background: var(--panel); border: 1px solid var(--line);
  border-radius: 6px; padding: 8px 14px; min-width: 128px; }
.figure b { display: block; font-size: 20px; font-weight: 600; }
.figure span { color: var(--soft); font-size: 12px; }
.scroll { overflow: auto; max-height: 75vh; border: 1px solid var(--line);
  border-radius: 6px; background: var(--panel); }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 3px 10px; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
th { position: sticky; top: 0; background: var(--panel); color: var(--soft);
  font-weight: 600; white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
tr.wait td { color: var(--soft); } td.bad, .bad-text { color: var(--bad); }
pre { margin: 6px 0; padding: 8px 12px; background: var(--panel);
  border-left: 3px solid var(--bad); overflow: auto; max-height: 320px;
  font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.bars { display: grid; grid-template-columns: max-content 1fr; gap: 4px 12px;
  align-items: center; font-size: 13px; }
.bar { display: flex; height: 18px; background: var(--down);
  border-radius: 3px; overflow: hidden; }
.bar i { display: block; height: 100%; }
.u-busy { background: var(--run); } .u-starting { background: var(--later); }
.u-blocked { background: var(--blocked); }
.u-bad { background: var(--bad); } .u-gate { background: var(--gate); }
.u-held { background: var(--open); } .u-no-work { background: var(--left); }
.u-down { background: var(--down); }
.key { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0;
  color: var(--soft); font-size: 12px; }
.key i { display: inline-block; width: 11px; height: 11px; border-radius: 2px;
  margin-right: 5px; vertical-align: -1px; }
summary { cursor: pointer; color: var(--soft); }
svg { display: block; font: 11px system-ui, "DejaVu Sans", sans-serif; }
svg text { fill: var(--ink); } svg .axis { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .name { fill: var(--ink); } svg .in { fill: var(--bar-ink); pointer-events: none; }
svg .s rect { stroke: var(--panel); stroke-width: .5; }
svg .s:hover rect { stroke: var(--ink); stroke-width: 1.5; }
svg .run { fill: var(--run); } svg .later { fill: var(--later); }
svg .bad { fill: var(--bad); } svg .cut { fill: var(--left); }
svg .open { fill: var(--open); } svg .gate { fill: var(--gate); }
svg .ok { fill: var(--ok); } svg .left { fill: var(--left); }
svg .down { fill: var(--down); } svg .phase { fill: var(--soft); }
svg .lead { fill: none; stroke: var(--path); stroke-width: 2; pointer-events: none; }
svg .e { fill: none; stroke: var(--soft); stroke-opacity: .55; }
svg .e.l { stroke-dasharray: 4 3; } svg .e.p { stroke: var(--path);
  stroke-width: 2; stroke-opacity: 1; }
svg .node { fill: var(--paper); stroke: var(--line); }
svg .s:hover .node { stroke: var(--ink); } svg .node.p { stroke: var(--path);
  stroke-width: 2; }
)";
}

} // namespace tutti::report
