#include "report/page.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace nacre::flows {
namespace {

using harness::escape_markup;

constexpr std::string_view kStyle = R"text(
:root{color-scheme:light dark;--ink:#1c2127;--soft:#5b6570;--paper:#fbfaf8;--card:#fff;--line:#dcdad4;
--accent:#2f5d8a;--good:#2c6e49;--bad:#a8322d;--good-soft:#e3efe7;--bad-soft:#f8e4e2;--minus:#b3541e}
@media (prefers-color-scheme:dark){:root{--ink:#e6e4df;--soft:#9aa4ae;--paper:#15181c;--card:#1d2126;
--line:#343a41;--accent:#7fb0de;--good:#7cc79a;--bad:#ef8b84;--good-soft:#1c3327;--bad-soft:#3d2220;
--minus:#e69a62}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:24px 20px 48px}
h1{font-size:26px;margin:0 0 2px;overflow-wrap:anywhere}
h2{font-size:17px;margin:0 0 10px}
p{margin:0 0 10px}
.soft{color:var(--soft)}
code{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}
.verdict{border-left:6px solid var(--good);background:var(--good-soft);padding:14px 18px;margin:18px 0;
border-radius:4px}
.verdict.fail{border-color:var(--bad);background:var(--bad-soft)}
.verdict b{font-size:19px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px;margin:18px 0}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:18px}
.card,.tile{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:16px;min-width:0}
.wide{grid-column:1/-1}
.tile .figure{font-size:27px;font-weight:600;line-height:1.2}
.tile .name{color:var(--soft);font-size:13px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;min-width:420px;font-size:14px}
.wide table{min-width:720px}
td code{white-space:nowrap}
th{text-align:left;color:var(--soft);font-weight:500;border-bottom:1px solid var(--line)}
th,td{padding:5px 12px 5px 0;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr+tr td{border-top:1px solid var(--line)}
.drawing{display:block;width:100%;height:auto}
.raster{min-width:560px;max-width:860px}
.drawing.image{width:132px;background:#111;border-radius:3px;flex:none}
.pixel{fill:#fff;shape-rendering:crispEdges}
.digit{display:flex;gap:18px;flex-wrap:wrap;align-items:flex-start;margin-bottom:8px}
.digit>div{flex:1;min-width:220px}
.label{font:11px system-ui,sans-serif;fill:var(--soft)}
.title{font-size:12px;fill:var(--ink)}
.dark{fill:var(--ink)}
.strong{fill:var(--card);font-weight:600}
.axis{stroke:var(--soft);stroke-width:1}
.drawing .grid{stroke:var(--line);stroke-width:1}
.bar,.interval{fill:var(--accent)}
.interval{opacity:.35}
.point{fill:var(--accent)}
.cell{fill:var(--paper)}
.hit{fill:var(--accent)}
.miss{fill:var(--bad)}
.chosen{fill:var(--good-soft)}
.plus{stroke:var(--accent)}
.limit{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 3}
.minus{stroke:var(--minus)}
.tree{stroke:var(--paper);stroke-width:1.5}
.t0{fill:var(--accent)}.t1{fill:var(--minus)}.t2{fill:var(--good)}.t3{fill:var(--soft)}
.group{fill:none;stroke:var(--ink);stroke-width:1}
.logic{fill:var(--accent)}
.clock{fill:url(#clock-hatch);stroke:var(--minus);stroke-width:1}
.leakage{fill:var(--ink)}
.model{fill:url(#model-dots);stroke:var(--good);stroke-width:1.2;stroke-dasharray:4 2}
.hatch{stroke:var(--minus);stroke-width:2}
.hatch-ground{fill:var(--card)}
.dot{fill:var(--good)}
.ours td{font-weight:600;background:var(--good-soft)}
.key{display:inline-flex;align-items:center;gap:6px;margin:0 16px 6px 0;font-size:13px}
.key svg{width:26px;height:14px;flex:none}
.ok{color:var(--good)}
.no{color:var(--bad);font-weight:600}
)text";

}  // namespace

std::string page_begin(const std::string& title) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  return page + fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
                            escape_markup(title), kStyle);
}

std::string page_end() { return "</main>\n</body>\n</html>\n"; }

std::string card(const std::string& title, const std::string& body, const char* classes) {
  return fmt::format("<section class=\"card {}\"><h2>{}</h2>\n{}</section>\n", classes,
                     escape_markup(title), body);
}

std::string metrics_table(const std::vector<harness::Metric>& metrics) {
  std::string body =
      "<div class=\"scroll\"><table><tr><th>figure</th><th class=\"n\">value</th><th>unit</th>"
      "<th>method</th><th>source</th></tr>\n";
  for (const harness::Metric& metric : metrics) {
    body += fmt::format(
        "<tr><td><code>{}</code></td><td "
        "class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        escape_markup(metric.key), metric_text(metric), escape_markup(metric.unit),
        escape_markup(metric.method), escape_markup(metric.value ? metric.source : metric.reason));
  }
  return card("All figures", body + "</table></div>\n", "wide");
}

std::string properties_table(const harness::Properties& properties) {
  std::string body = "<div class=\"scroll\"><table>\n";
  for (const auto& [name, value] : properties) {
    body += fmt::format("<tr><td class=\"soft\">{}</td><td><code>{}</code></td></tr>\n",
                        escape_markup(name), escape_markup(value));
  }
  return card("This run", body + "</table></div>\n", "wide");
}

std::string with_separators(std::int64_t value) {
  std::string digits = fmt::format("{}", value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (value < 0 ? 1 : 0);
       at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string metric_text(const harness::Metric& metric) {
  if (!metric.value) return "not known";
  return metric.integer ? with_separators(static_cast<std::int64_t>(*metric.value))
                        : fmt::format("{:.4g}", *metric.value);
}

std::string with_prefix(double value, const std::string& unit) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{} {}", value, unit);
  constexpr std::string_view kPrefixes = "afpnum kMGTP";  // 'u' for micro: ASCII everywhere
  // Rounded first, so that 999.96 becomes 1.00 k.
  const double rounded = std::stod(fmt::format("{:.2e}", value));
  const auto exponent = static_cast<int>(std::floor(std::log10(std::abs(rounded)) / 3 + 1e-9));
  if (exponent < -6 || exponent > 5) return fmt::format("{:.2e} {}", value, unit);
  const char prefix = kPrefixes[static_cast<std::size_t>(exponent + 6)];
  const double mantissa = rounded / std::pow(1000.0, exponent);
  const int decimals = std::abs(mantissa) >= 100 ? 0 : std::abs(mantissa) >= 10 ? 1 : 2;
  return fmt::format("{:.{}f} {}{}", mantissa, decimals,
                     prefix == ' ' ? std::string() : std::string(1, prefix), unit);
}

}  // namespace nacre::flows
