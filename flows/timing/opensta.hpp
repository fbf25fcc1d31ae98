#pragma once
// Static timing with OpenSTA: worst slack, maximum clock, the worst path; and its view of power.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "liberty/liberty.hpp"
#include "nacre/diagnostics.hpp"

namespace nacre::flows {

struct OpenSta {
  std::filesystem::path program;
  std::string version;
};

/// Finds `sta` on the PATH. Returns nothing after reporting N0701 or N0703.
std::optional<OpenSta> find_opensta(Diagnostics& diagnostics);

/// One point of a path.
struct PathPoint {
  std::string pin;   ///< "u_core/_123_/Y"
  std::string cell;  ///< "NAND2X1"; empty at ports
  std::string net;   ///< in the design's own terms where it has a name: "u_core.ex_stall"
  double delay_s = 0;
  double arrival_s = 0;
};

struct Timing {
  double clock_s = 0;
  double worst_slack_s = 0;
  double total_negative_slack_s = 0;
  double min_period_s = 0;  ///< clock_s - worst_slack_s
  double fmax_hz = 0;
  std::string begin_name;  ///< "u_core.ex_row_q[2]" (register), a port, or a macro's pin
  std::string end_name;    ///< likewise; inside a clock gate the net
  std::vector<PathPoint> path;
  std::string script;           ///< what was asked of OpenSTA; its files are named relatively
  std::string report;  ///< of report_checks, as printed: the worst path of each group
};

struct TimingInput {
  std::string netlist;  ///< Verilog text
  std::string top;
  const Library* library = nullptr;  ///< of this corner
  double clock_s = 10e-9;
  /// Names of the netlist's nets in the design's terms, for the path; null: as in the netlist.
  const struct GateNetlist* names = nullptr;
  /// Liberty text of the macros (time of access from the memory table); empty: boxes whose
  /// pins end and begin paths at the clock edge, for which `names` is needed.
  std::string macro_liberty;
};

/// Times one corner (each corner is a call of its own). One clock on `clk_i`, ideal up to each
/// flip-flop, also behind clock gates; inputs change at its rising edge without delay and with
/// infinite drive, outputs must be there at the next one; what begins at `rst_ni` is left out, and
/// wires have no capacitance. Latches of clock gates count as transparent, so that an enable has
/// until the clock's rising edge at the AND behind the latch. OpenSTA ends with status 0 whatever
/// happens: an `Error` in its log, a cell of the netlist that no library has, or a missing figure
/// is N0703; N0704: it took too long. Its files go to a private folder in `log_folder`, which is
/// removed; the log of a failed run stays there.
std::optional<Timing> analyze_timing(const TimingInput& input, const OpenSta& sta,
                                     const std::filesystem::path& log_folder,
                                     Diagnostics& diagnostics);

/// OpenSTA's own power for one mean activity: transitions per clock cycle of all nets but clocks.
struct StaPower {
  double internal_w = 0;
  double switching_w = 0;
  double leakage_w = 0;
  double total_w = 0;
};

/// A cross-check without measured activities: OpenSTA takes clock gates as open, and counts the
/// energies of rise and fall for each transition. Fails as `analyze_timing` does.
std::optional<StaPower> opensta_power(const TimingInput& input, double activity, const OpenSta& sta,
                                      const std::filesystem::path& log_folder,
                                      Diagnostics& diagnostics);

}  // namespace nacre::flows
