#include "diagnostics/catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace nacre {

const std::vector<CatalogueEntry>& catalogue() {
  using enum ExitStatus;
  // Sorted by code; a test checks that, and that each code has a failing input in
  // tests/diagnostics.
  static const std::vector<CatalogueEntry> entries = {
      // N01xx: the JSON text.
      {"N0101", "the specification cannot be read",
       "The file does not exist, is a folder or a device, or its permissions forbid reading.",
       "nacre check no_such_file.json", "Give the path of an existing file."},
      {"N0102", "the text is not JSON",
       "The file breaks the grammar of JSON at the marked place. Comments (// and /* */) are the "
       "only "
       "extension that is read.",
       R"({"nacre": 1, "name": "demo",})",
       "Mend the marked place: a comma too many, a missing quote, a bracket that is not closed."},
      {"N0103", "a key is given twice",
       "JSON leaves open which of two equal keys counts, so nacre refuses to guess.",
       R"({"lanes": 2, "lanes": 4})", "Remove one of the two."},
      {"N0104", "nested too deeply",
       "Objects and arrays are nested more than 64 levels deep. No specification needs that, and a "
       "hostile file could exhaust memory with it.",
       "[[[[ ... ]]]]", "Remove levels of nesting."},
      {"N0105", "the specification is too large",
       "The file has more than 64 MiB or more than 1,048,576 values. Large tables belong in data "
       "files.",
       "a table of a million levels written in the JSON", "Move large tables to .npy files."},
      {"N0106", "a number does not fit",
       "The number is outside what 64-bit integers (or doubles) hold. It is refused, not rounded. "
       "NaN "
       "and Infinity are not numbers in JSON.",
       R"({"threshold": 99999999999999999999})", "Give a smaller number."},
      {"N0107", "a string is not UTF-8",
       "JSON text is UTF-8. A byte sequence in the marked string is not.",
       "a file saved as Latin-1 with an accented letter", "Save the file as UTF-8."},
      // N02xx: the fields.
      {"N0201", "unknown key",
       "The object has no such key. Unknown keys are refused, because a key with a typo would "
       "otherwise silently leave the default in force.",
       R"({"treshold": 8})", "Correct the spelling; `nacre schema` lists the keys."},
      {"N0202", "a key is missing", "The object needs this key; it has no default.",
       R"({"kind": "spike_readout", "inputs": ["classifier"]})", "Add the key."},
      {"N0203", "wrong type", "The value has another JSON type than the key asks for.",
       R"({"lanes": "4"})", "Give a value of the type that the message names."},
      {"N0204", "number out of range", "The number is outside the legal range of the key.",
       R"({"max_spikes": 99})", "Give a number inside the range; the message names the nearest."},
      {"N0205", "unknown word", "The key takes one of a few words, and this is none of them.",
       R"({"compare": "=>"})", "Give one of the words that the message lists."},
      {"N0206", "a key without effect",
       "The key only means something together with another choice, which was not made. It is "
       "refused, "
       "because its author expects an effect.",
       R"({"leak": "none", "leak_shift": 4})", "Remove the key, or make the other choice."},
      {"N0207", "keys that exclude each other",
       "Of these keys exactly one (or at most one) can be given: they say the same thing in two "
       "ways.",
       R"({"file": "w.npy", "fill": "zero"})", "Give one of the keys."},
      {"N0208", "not a power of two",
       "The number must be a power of two, so that rows and lanes are addressed by bit fields.",
       R"({"lanes": 3})", "Give a power of two; the message names the nearest."},
      {"N0209", "wrong number of elements", "The array has too few or too many elements.",
       R"({"stages": []})", "Add or remove elements."},
      {"N0210", "text empty or too long", "The text has no character, or more than its limit.",
       R"({"file": ""})", "Give a text of the allowed length."},
      {"N0211", "unknown version of the format",
       "Key 'nacre' says for which version of the format the file was written. This program reads "
       "version 1.",
       R"({"nacre": 2})", "Set \"nacre\": 1, or use a newer nacre."},
      {"N0212", "a derived key may not be given",
       "The value follows from others (the stream that enters the stage). Two sources of one fact "
       "could disagree.",
       R"({"kind": "spiking_dense", "num_inputs": 144})", "Remove the key."},
      // N03xx: names and the graph of stages.
      {"N0301", "illegal name",
       "Names become identifiers of SystemVerilog and C and parts of file names: a letter or "
       "underscore, then letters, digits and underscores, at most 63 characters.",
       R"({"name": "my design; rm"})", "Use letters, digits and underscores."},
      {"N0302", "reserved name",
       "The name is a keyword of SystemVerilog, VHDL or C, a name that nacre uses itself ('input', "
       "'control'), or a module name that starts with 'nacre_'.",
       R"({"name": "module"})", "Choose another name, such as one with a suffix."},
      {"N0303", "a name is given twice",
       "Two stages have the same name, or names that differ only in upper and lower case (VHDL and "
       "some file systems do not see that difference).",
       R"(stages "dense" and "Dense")", "Rename one of them."},
      {"N0304", "unknown stage",
       "An input names a stage that does not exist. 'input' is the design's input.",
       R"({"inputs": ["encodr"]})", "Name an existing stage."},
      {"N0305", "the graph has a cycle",
       "Stages feed each other in a circle. Streams flow one way, from the input to the output.",
       R"(stage a has inputs ["b"], stage b has inputs ["a"])",
       "Break the circle at one of the stages that the message lists."},
      {"N0306", "wrong number of inputs",
       "Most kinds take one stream; those that join streams take as many as the message says.",
       R"({"kind": "spike_readout", "inputs": ["left", "right"]})",
       "Give as many inputs as the kind takes; a stage that joins streams makes one of several."},
      {"N0307", "several outputs",
       "Two stages or more feed no other. A stream may be used several times, but a design has one "
       "output: the stream of the one stage that feeds none.",
       R"(two stages with inputs ["encoder"], and none that takes theirs)",
       "Join their streams in a stage behind them, or remove the stages that are not used."},
      {"N0309", "streams that do not fit",
       "The stage takes values but is fed with events, or the other way round, or its stream comes "
       "with a width, a sign or time steps that the stage cannot take.",
       R"(a spiking_dense stage fed with the values of the design's input)",
       "Put a stage in between, such as a rate_encoder."},
      {"N0310", "'stop_on' names an unfit stage",
       "Early stop needs a stage that decides (such as spike_readout) and that lies downstream of "
       "the "
       "encoder, so that its verdict answers the encoder's time steps.",
       R"({"kind": "rate_encoder", "stop_on": "classifier"})",
       "Name a deciding stage downstream, or remove the key."},
      {"N0320", "time steps of different sources",
       "A join takes its inputs time step by time step, so they must have equally many. They have "
       "when their time steps come from one place: the design's input, or one encoder.",
       R"({"kind": "event_join", "inputs": ["encoder_a", "encoder_b"]})",
       "Feed the branches from one encoder."},
      {"N0321", "a join needs a bound",
       "While a join takes one input, the words of another wait; without room for a whole time "
       "step "
       "of them the design could block itself. How much that is follows from the most events of a "
       "time step, and none is known for the stream that the message names. Stages that fire once "
       "per time step have a bound, and need no room when they stand behind the last fork.",
       R"({"kind": "event_join", "inputs": ["layer", "input"]} with any number of events)",
       "Give 'step_events' of the design's input, let a stage with fire 'step' send the stream, or "
       "make it the first input."},
      {"N0322", "map and addresses disagree",
       "A feature map has height x width x channels addresses, and 'addresses' says otherwise.",
       R"({"addresses": 12, "map": [2, 3, 4]})", "Leave 'addresses' away."},
      // N04xx: kinds and the neuron.
      {"N0401", "unknown kind", "There is no kind of this name.", R"({"kind": "spiking_dens"})",
       "`nacre kinds` lists the kinds."},
      {"N0402", "threshold out of reach",
       "A threshold must lie inside the clamp of the membrane (positive threshold 1 ... clamp_max, "
       "negative threshold clamp_min ... -1); outside it the neuron could never fire.",
       R"({"membrane_bits": 8, "threshold": 200})",
       "Lower the threshold, or widen the membrane to the bits that the message names."},
      {"N0403", "clamp outside the membrane",
       "clamp_min and clamp_max must be values that the membrane can hold, clamp_min at most 0 and "
       "clamp_max at least 0.",
       R"({"membrane_bits": 8, "clamp_max": 1000})",
       "Narrow the clamp, or widen the membrane to the bits that the message names."},
      {"N0404", "reset value outside the clamp",
       "After a spike the membrane takes reset_value, which must lie in [clamp_min, clamp_max].",
       R"({"membrane_bits": 8, "reset": "value", "reset_value": 300})",
       "Give a value inside the clamp."},
      {"N0405", "several spikes need reset 'subtract'",
       "With max_spikes above 1 one test sends a spike for each threshold contained in the "
       "membrane; "
       "this counts only when a spike subtracts the threshold.",
       R"({"max_spikes": 4, "reset": "zero"})",
       "Set \"reset\": \"subtract\" or \"max_spikes\": 1."},
      {"N0406", "leak shift too large",
       "A shift by the membrane's width or more would leave a leak of nothing or of one.",
       R"({"membrane_bits": 8, "leak": "shift", "leak_shift": 8})",
       "Give a shift of 1 ... membrane_bits - 1."},
      {"N0407", "leak factor above one",
       "The factor is leak_factor / 2^leak_fraction_bits; above one the membrane would grow by "
       "itself.",
       R"({"leak": "multiply", "leak_factor": 300, "leak_fraction_bits": 8})",
       "Give 0 ... 2^leak_fraction_bits."},
      {"N0408", "wrong table of levels",
       "The table needs one increment for each of the 2^bits intensities, each 0 ... 2^phase_bits.",
       R"({"phase_bits": 6, "levels": [0, 100]})", "Give 2^bits numbers in range, or \"linear\"."},
      {"N0409", "start phase out of range", "A phase is 0 ... 2^phase_bits - 1.",
       R"({"phase_bits": 6, "start_phase": 64})", "Give a phase in range."},
      {"N0410", "weight code and bits do not match",
       "Code 'binary' has 1 bit; code 'cells' has an even number of bits (k positive and k "
       "negative "
       "cells).",
       R"({"code": "cells", "bits": 7})", "Give a number of bits that the code has."},
      {"N0411", "too few classes",
       "Rule 'lead' compares the first class with the best of the others.",
       "rule 'lead' behind a stage with one neuron", "Use rule 'first_to_k', or more classes."},
      {"N0412", "the target cannot be counted",
       "The counter of a class (or the difference of two counters) never reaches the target: it "
       "saturates below it.",
       R"({"counter_bits": 4, "rule": "first_to_k", "target": 20})",
       "Lower the target, or widen the counter to the bits that the message names."},
      {"N0413", "one macro for different memories",
       "A macro is one module with one geometry; two memories that name it must agree in rows, "
       "bits "
       "and ports.",
       R"(weights and state with "macro": "sram_64x32")", "Give each memory a macro of its own."},
      // N05xx: data files.
      {"N0501", "a data file cannot be read",
       "The file does not exist, is not a regular file, or its permissions forbid reading. Paths "
       "are "
       "relative to the specification.",
       R"({"file": "missing.npy"})", "Correct the path."},
      {"N0502", "not a .npy file",
       "The file does not start as NumPy's format does (versions 1 to 3), or its header is "
       "malformed.",
       R"({"file": "weights.csv"})", "Write the file with numpy.save."},
      {"N0503", "wrong element type",
       "The file must hold integers (int8 ... int64, uint8 ... uint64, bool).",
       "weights saved as float32", "Convert before saving: array.astype(numpy.int8)."},
      {"N0504", "wrong shape", "The array has another shape than the stage needs.",
       "weights of shape (144, 10) for 10 neurons and 144 inputs",
       "Weights have shape (neurons, inputs); transpose the array if it is the other way round."},
      {"N0505", "the file is cut off", "The file holds fewer (or more) bytes than its header says.",
       "a download that was interrupted", "Write or copy the file again."},
      {"N0506", "a value does not fit its code",
       "A value of the file is outside what the code of this width holds. It is refused, not "
       "clipped.",
       "weight 200 with code 'signed' and 8 bits",
       "Widen the code to the bits that the message names, or scale the values."},
      // N06xx: the output folder.
      {"N0601", "the output folder is not ours",
       "The folder holds files but no manifest.json of nacre, so it was not written by nacre. It "
       "is "
       "left alone.",
       "nacre generate spec.json -o Documents", "Name a new or empty folder."},
      {"N0602", "the output cannot be written",
       "The folder or a file in it cannot be made or written. Nothing was changed.",
       "nacre generate spec.json -o /proc/x", "Choose a folder where you may write."},
      {"N0603", "the disk is full",
       "There was no space left to write the output. What was written in part is removed again.",
       "an output folder on a full disk", "Free space, or choose another disk."},
      {"N0604", "an unknown file in the output folder",
       "The folder was written by nacre, but someone added or changed a file since. It is not "
       "overwritten or lost.",
       "a file rtl/mine.sv in the output folder", "Move the file away, or name another folder."},
      // N07xx: external tools.
      {"N0701", "a tool is missing", "A program that the verb needs was not found on the PATH.",
       "nacre verify without Verilator", "`nacre doctor` prints the line that installs it.", Tool},
      {"N0702", "a tool is too old",
       "The program was found, but its version is below the one that nacre is tested with.",
       "Verilator 4", "Install the version that the message names.", Tool},
      {"N0703", "a tool failed",
       "The program ended with an error, or did not write what it should have written.",
       "a compiler that runs out of memory", "Read the log that the message names.", Tool},
      {"N0704", "a tool took too long", "The program was stopped at its time limit.",
       "a model of millions of registers", "Make the design smaller, or raise the time limit.",
       Tool},
      // N08xx: verification.
      {"N0801", "the model differs from the golden model",
       "A word, a state value or a counter of the design under test is not what the golden model "
       "says. "
       "The message names the first difference: stage, sample, time step, neuron, expected, got.",
       "a fault in the RTL", "Look at the waveform that the message names.", ComparisonFailed},
      {"N0802", "the model is of another design",
       "The hash that the design under test answers is not that of the specification: model and "
       "specification do not belong together.",
       "a model built before the specification was changed", "Build the model again.",
       ComparisonFailed},
      {"N0803", "the model hangs",
       "The design under test is busy, but nothing has moved for many cycles.",
       "a handshake that waits for itself", "Look at the waveform that the message names.",
       ComparisonFailed},
      {"N0804", "the data set cannot be read",
       "The samples or labels are missing, malformed, or do not fit the design's input.",
       R"({"dataset": {"format": "idx", "samples": "missing.idx"}})",
       "Correct the path or the file; samples have one value per address, or one number of events "
       "per "
       "time step and address."},
      {"N0805", "the cycles differ",
       "The design under test took another number of cycles than the timing model predicts.",
       "a bubble in the pipeline", "Find the stage with the difference: the message names it.",
       ComparisonFailed},
      // N09xx: the command line.
      {"N0901", "unknown verb", "nacre has no such subcommand.", "nacre generat spec.json",
       "`nacre --help` lists the verbs."},
      {"N0902", "unknown option", "The verb has no such option.", "nacre check --quite spec.json",
       "`nacre VERB --help` lists the options."},
      {"N0903", "an argument is missing",
       "The verb or option needs an argument that was not given.", "nacre check",
       "Add the argument."},
      {"N0904", "bad value", "The value of an option or argument is not one of the legal ones.",
       "nacre check --format xml spec.json", "Give a legal value."},
      {"N0905", "an argument too many", "The verb takes fewer arguments.",
       "nacre check a.json b.json", "Remove the argument."},
      {"N0906", "the results cannot be written",
       "Standard output is closed, or the disk behind it is full.", "nacre kinds > /dev/full",
       "Free space, or write somewhere else."},
      // N10xx: size.
      {"N1001", "a number above what can be built",
       "The design is refused before any tool runs for hours or memory runs out.",
       R"({"neurons": 5000000})", "Turn the knob that the message names.", TooLarge},
      {"N1002", "too many weights", "All stages together have more than 2^28 weights.",
       "a dense stage with 1,048,576 inputs and 1,024 neurons",
       "Split the network, or use fewer inputs or neurons.", TooLarge},
      {"N1003", "too many flip-flops",
       "A memory of more than 65,536 bits is to be built from flip-flops; synthesis would take "
       "hours "
       "and the result would be many times the area of a RAM.",
       R"(784 x 100 weights with "storage": "flipflop")",
       "Set \"storage\" to \"ram\" or \"macro\".", TooLarge},
      {"N1004", "too many stages", "A design has at most 64 stages.", "a design of 65 stages",
       "Merge stages, or split the design in two.", TooLarge},
      {"N1005", "out of memory", "The machine has less free memory than the design needs.",
       "a large design on a small machine", "Make the design smaller, or use a larger machine.",
       TooLarge},
      {"N1006", "a synthesis that would take too long",
       "The estimate of the synthesis, made before any tool runs, is beyond the time limit or the "
       "machine's memory.",
       "a dense stage of 1,024 lanes with a limit of 10 minutes",
       "Turn the knob that the message names (lanes, storage), or raise the limit.", TooLarge},
      // N11xx: synthesis, cost.
      {"N1101", "the library cannot be read",
       "The file does not exist, cannot be unpacked, or is not a complete text in the Liberty "
       "format: "
       "it breaks the grammar at the marked place, or ends too early.",
       "nacre synth spec.json --liberty cells.v",
       "Give a Liberty file (.lib, also packed with gzip), or copy it again."},
      {"N1102", "a cell has no area",
       "The cell states no area, so a netlist with it would look smaller than it is.",
       "cell (NAND2) { pin (A) { ... } }", "Add the area, or 'dont_use : true;'."},
      {"N1103", "the library has no flip-flop",
       "No cell that may be used has an 'ff' group, so no register can be mapped.",
       "a file with the combinational cells only", "Give the file with the sequential cells, too."},
      {"N1104", "the library has no such gate",
       "Every netlist needs an inverter, and the smallest two-input NAND is the unit in which "
       "areas "
       "are compared. Both are found by their function, not by their name; so is the full adder "
       "that "
       "`--full-adders cell` needs.",
       "a file with the sequential cells only", "Give the file with the basic gates, too."},
      {"N1105", "libraries that do not belong together",
       "Two files define the same cell, or their voltages or units differ. Files of one corner are "
       "merged; the same cells at another voltage or temperature are another corner.",
       "the typical and the slow file of one library, given as one",
       "Merge files with different cells of one corner."},
      {"N1106", "units that are not understood",
       "The library does not state the unit of its capacitances or leakages, or states one that is "
       "not a positive number with a unit.",
       "capacitive_load_unit (1, farads);",
       "Correct the unit to what the library's figures are in."},
      {"N1107", "no figures for energy",
       "A cell of the netlist has neither internal_power tables nor pin capacitances, or the "
       "library "
       "states no voltage: what the circuit spends cannot be computed.",
       "nacre synth spec.json --power, with a library for area only",
       "Use a library with power tables, or leave --power out."},
      {"N1108", "a bad entry in a memory table",
       "A memory table is a JSON object with the array \"entries\"; each entry has all fields of "
       "flows/power/memory_constants.json, each number in its range, and a name of its own.",
       R"({"entries": [{"name": "my_sram", "read_pj_per_bit": -1}]})", "Correct the entry."},
      {"N1109", "an unknown memory",
       "No entry of the memory table has this name, and no entry is of this cell.",
       "nacre synth spec.json --memory stt_mrm", "Use a name or a cell of the table."},
      {"N1110", "a netlist that is not as it should be",
       "Synthesis found a latch outside the clock gates, a cell that the library lacks, a wire "
       "with "
       "two drivers or none, or a loop without a flip-flop.",
       "clock gates, with a library that has no latch",
       "Do what the message says: another library, --clock-gates off, or other RTL."},
      {"N1111", "a corner lacks a cell",
       "A corner is the same library at another voltage, temperature or process; the netlist is "
       "timed "
       "with its cells, so it must have them all.",
       "--corner with a file of another library", "Give the corner of the same library."},
      // N12xx: in-memory computing.
      {"N1210", "an image that does not fill the frame",
       "The height, width and channels of a convolution do not multiply to the number of values "
       "that "
       "the stage before sends.",
       R"("convolution": {"height": 28, "width": 28} behind 785 values)",
       "Correct height, width or channels."},
      {"N1211", "a kernel larger than the image",
       "The kernel does not fit into the image with its padding, so the convolution has no output.",
       R"("convolution": {"height": 3, "width": 3, "kernel": 5})",
       "Use a smaller kernel or more padding."},
      {"N1212", "input values too wide for tiles",
       "The word lines of a tile take values of at most 16 bits; the stage before sends wider "
       "ones.",
       "a stage of tiles behind one without 'output'",
       "Requantise: give the stage before an 'output' of at most 16 bits."},
      {"N1213", "too few banks",
       "The matrix is folded on the tiles, and each fold (of each weight set) needs a bank of its "
       "own.",
       R"(784 x 10 weights with "tile": {"rows": 256, "columns": 16, "banks": 3})",
       "Leave 'banks' away, or give what the message names."},
      {"N1214", "an accumulator that would overflow",
       "Some legal inputs and weights give a sum that the accumulator asked for does not hold. The "
       "width is proved by interval arithmetic over the widths of inputs, weights and bias.",
       R"(256 inputs of 8 bits, weights of 8 bits and "accumulator_bits": 16)",
       "Leave 'accumulator_bits' away, or give at least what the message names."},
      {"N1215", "sums too wide to build",
       "Sums of the stage need an accumulator of more than 48 bits.",
       "1,048,576 inputs of 16 bits with weights of 16 bits",
       "Use fewer bits of input or weight, or fewer inputs.", TooLarge},
      {"N1216", "accumulators too wide for a stream",
       "Without 'output' the accumulators themselves are sent, and a value has at most 32 bits.",
       "4,096 inputs of 16 bits, weights of 16 bits, no 'output'", "Add 'output' to requantise."},
      {"N1217", "too many output values", "The stage sends more than 1,048,576 values per frame.",
       "a convolution of 1,024 x 1,024 pixels with 4 outputs",
       "Use fewer outputs or a larger stride.", TooLarge},
      {"N1218", "tiles too large",
       "All tiles of a stage together have at most 4,096 word lines and 4,096 outputs; a bank has "
       "at "
       "most 1,048,576 bits, and there are at most 65,536 banks. Larger matrices are folded.",
       R"("tile": {"rows": 1024, "columns": 64, "down": 8})",
       "Use fewer, smaller tiles and more banks.", TooLarge},
      {"N1219", "a scale out of range",
       "A scale in the file of key 'scale_file' is not 1 ... 65,535.", "a scale of 0",
       "Scale all of them, and change 'shift' alike."},
      {"N1230", "signed inputs on a converter",
       "Word lines are driven by digits without a sign. Signed inputs are sent bit by bit, and the "
       "sign's plane is subtracted; a digit of several bits has no such plane.",
       R"(signed inputs with {"input_bits_per_cycle": 2})",
       "Set 'input_bits_per_cycle' to 1, or send unsigned values."},
      {"N1231", "weights without a magnitude",
       "A signed weight is stored as the difference of two cells, so that n bits hold -(2^(n-1) - "
       "1) "
       "... 2^(n-1) - 1. With 1 bit only 0 is left.",
       R"({"weights": {"bits": 1, "fill": "zero"}} of an imc_crossbar)",
       "Use 2 bits, or unsigned weights."},
      {"N1232", "a table of another size",
       "A table of 'devices' has one entry for each of the 2^cell_bits levels of a cell.",
       R"({"cell_bits": 2, "devices": {"levels": [0, 16]}})", "Give one entry per level."},
      {"N1233", "a conductance out of range",
       "Conductances are stored in cell_bits + 5 bits, in 1/16 of a level step.",
       R"({"cell_bits": 1, "devices": {"levels": [0, 64]}})",
       "Scale the table: 16 is one level step."},
      {"N1234", "more faulty cells than cells",
       "'stuck_low' and 'stuck_high' are shares of all cells in 1/65536; together they are at most "
       "65536.",
       R"({"devices": {"stuck_low": 40000, "stuck_high": 40000}})", "Lower one of the two."},
      {"N1235", "too many cells",
       "The random number of a cell is drawn by an index of 28 bits, so a stage has at most 2^28 "
       "cells over all banks.",
       "65,536 banks of 128 x 256 cells", "Split the layer, or store more bits per cell.",
       TooLarge},
      {"N1236", "more lines or columns than the array has",
       "'word_lines_per_read' is at most the word lines of all tiles above each other, "
       "'columns_per_adc' at most the physical columns: outputs x slices x signs, made even.",
       R"({"tile": {"rows": 16, "columns": 4}, "word_lines_per_read": 32})",
       "Give the number that the message names, or a smaller one."},
      {"N1237", "a calibration value out of range",
       "A row of the calibration file is {gain, offset correction} of one physical column: 0 ... "
       "1023, where 256 is 1, and -128 ... 127 codes.",
       "a gain of 2000", "Correct the file; a column that needs more is broken."},
      {"N1238", "no devices that vary",
       "`nacre verify --devices` compares dies that differ in their random devices, but no stage "
       "has "
       "any: every die would give the same words.",
       "nacre verify digital.json --devices 100",
       "Give 'devices' of an imc_crossbar a spread, a noise or faults, or leave the option out."},
      {"N1239", "no labels to judge dies by",
       "A study of devices measures the accuracy of each die, so the samples need labels.",
       R"(--devices 100 without "dataset")", "Add 'dataset' with 'labels'."},
      {"N1251", "values wider than their lane",
       "Each value of a frame is written to one lane of a row of the computational SRAM, so the "
       "lane "
       "must be at least as wide.",
       R"("load": {"row": 0, "lane_bits": 8} behind values of 12 bits)",
       "Use the lanes that the message names."},
      {"N1252", "rows outside the memory",
       "The frame, the values that are sent or a block of data would use rows that the memory does "
       "not have.",
       R"({"rows": 8, "send": {"row": 7, "count": 100, "lane_bits": 8}})",
       "Give more 'rows', or begin at a lower row."},
      {"N1253", "two blocks of data on one row",
       "Two blocks of 'data' would be loaded to the same row.",
       R"("data": [{"row": 4, "rows": 4}, {"row": 6}])", "Give each block rows of its own."},
      {"N1254", "a bad entry in a program",
       "An entry of the program would be flagged as bad each time it is executed: an operation "
       "that "
       "does not exist, rows outside the memory, a lane or group that a row of this width does not "
       "have, a loop of no iterations or a third loop inside two others.",
       "a program for 512-bit rows with \"row_bits\": 128",
       "Correct the entry that the message names."},
      {"N1255", "a word of a program out of range",
       "The words of a program are stored as signed numbers of 32 bits, two per entry.",
       "a file of uint32 with words above 2^31 - 1", "Store them with view(numpy.int32)."},
      {"N1256", "a line of a program that cannot be read",
       "A line of a program for the computational SRAM is no instruction, or its operands are not "
       "those of the instruction.",
       "add 1, 2, 3 (without the width of its lanes)",
       "Write one instruction per line, as the README of imc_sram_vector lists them."},
      {"N1257", "a name in a program",
       "A name is used that has no number yet, is given a second number, or is not a name of "
       "letters, digits and _.",
       "copy out, in (without 'in = ...' on a line above)",
       "Give each name one number, above the lines that use it."},
      {"N1258", "a number in a program out of range",
       "A row that the memory does not have (in some iteration of a loop, too), or a group, a "
       "lane, a distance, a value or a step beyond what the instruction can hold.",
       "add.8 8, 0, 1 in a memory of 8 rows", "Use a number of the range that the message names."},
      {"N1259", "loops in a program",
       "A loop that is not closed, is closed without being open, has no instruction, is the third "
       "one inside two others; a field that moves outside a loop, or a source that is named twice "
       "and moves by two steps; anything behind the end.",
       "endloop without loop", "Close each loop behind an instruction in it."},
      {"N1260", "tokens without steps",
       "An attention head takes each token as one frame: values and the end_of_step that closes "
       "them. "
       "The stream before it sends values without steps.",
       R"("input": {"kind": "values", "addresses": 12, "bits": 6} before an imc_attention)",
       "Set 'steps' of the design's 'input' to true, and keep it through the stages between."},
      {"N1261", "a token of another size",
       "A token is a query, a key and a value of 'width' components each, so the stream before an "
       "attention head must have three times as many addresses.",
       R"("width": 4 behind a stage that sends 10 values)",
       "Set 'width' to a third of the values, or send as many as the message names."},
      {"N1262", "a bias of scores out of range",
       "The bias of the scores has one bit more than the scores themselves: beyond that the "
       "attention words would not depend on them.",
       R"("score": {"bias": 5000, "shift": 2} with scores of -240 ... 180)",
       "Use a bias of the range that the message names."},
      {"N1270", "requests of another shape",
       "A memory takes requests: unsigned values of 32 bits, with an address for each lane of 32 "
       "bits "
       "of each word, and one for its read.",
       R"({"kind": "values", "addresses": 8, "bits": 32} before 8 words of 32 bits)",
       "Give the stream the addresses that the message names."},
      {"N1271", "a sense that destroys",
       "A self-referenced sense writes the device that it reads, so it can neither check a write "
       "nor "
       "go before one.",
       R"("sensing": "self_reference" with "verify": true)",
       "Leave the key out, or sense against reference cells or two devices a bit."},
      {"N1272", "a key of another level",
       "The levels of the array's model use different parameters; one that has no effect is a "
       "mistake.",
       R"("devices": {"level": 2, "transient": [0.001, 0.001]})",
       "Remove it, or use the level that the message names."},
      {"N1273", "an impossible device",
       "A physical parameter, or what follows from it, has no meaning or does not fit the tables.",
       R"("physics": {"tmr": 0})", "Use a value of the range that the message names."},
      {"N1274", "a word of a memory out of range",
       "A word at power-up is given by bytes of 0 ... 255; the last one has only the bits that are "
       "left of the word.",
       R"(a last byte of 255 with "data_bits": 12)", "Correct the file, or widen the words."},
      {"N1275", "more spare rows than words",
       "A spare row takes the place of a word's row, so more of them than words are never used.",
       R"({"words": 4, "spares": 5})", "Use at most as many as words."},
      {"N1276", "a write that cannot fail",
       "Without 'verify' nobody sees that a write failed: tolerance, spare rows and further rounds "
       "are never used.",
       R"("write": {"verify": false, "tolerated_bits": 1})",
       "Set 'verify' to true, or remove the key."},
      {"N1278", "energy beyond the counter",
       "The energy of a driven device in a cycle is a number of 20 bits, in fJ.",
       R"("physics": {"clock_ns": 1000000})", "Use a lower amplitude or a shorter clock period."},
      {"N1280", "a layer that takes bits",
       "A binarised layer multiplies by XNOR: its inputs are frames of unsigned values of 1 bit.",
       R"({"kind": "values", "addresses": 8, "bits": 4} before an xnor_tile)",
       "Binarise before: another xnor_tile with 'output' 'bit', or a stream of 1 bit."},
      {"N1281", "more arrays than a neuron fills",
       "The arrays that are read at once hold inputs of one neuron. Beyond its last input an array "
       "has nothing to do, and a cycle adds a limited number of columns.",
       R"({"row_bits": 64, "tiles": 3} with 100 inputs)",
       "Use at most the number that the message names."},
      {"N1282", "too many neurons for one read",
       "With 'organisation' 'parallel' a read serves all neurons: all arrays that hold them, with "
       "all their columns, are read at once.",
       R"({"organisation": "parallel", "outputs": 1000, "row_bits": 8})",
       "Use wider rows, or rows of one neuron each ('row_serial')."},
      {"N1283", "arrays beyond the model",
       "The model of the devices is built for a limited number of them.",
       R"({"outputs": 65536, "row_bits": 1024} with 65,536 inputs)",
       "Split the layer, or choose 'row_bits' so that fewer columns are empty."},
      {"N1284", "weights of two codes",
       "A file of weights holds 0 and 1, or -1 and +1. One that holds 0 and -1 is not binarised.",
       "weights of -1, 0 and +1", "Give each weight a sign."},
      {"N1285", "a threshold beyond every popcount",
       "A popcount of N products is 0 ... N: the output is always 1 from threshold 0 on, and never "
       "with N + 1.",
       "a threshold of -3", "Clip the thresholds; a sum s of -1 and +1 is 2 popcount - N."},
      {"N1286", "neither inverted nor not", "An inversion is 0 or 1.", "an inversion of -1",
       "Use 1 where the output is inverted."},
      // Sweeps.
      {"N1290", "a value of '--vary' without form",
       "'--vary' takes a path, '=' and values that commas part: PATH=VALUE,VALUE,... "
       "(docs/sweep.md).",
       "nacre sweep spec.json --vary transient",
       "Write a path and values: 'stages.*.devices.transient=0.001,0.01'."},
      {"N1291", "a swept value that is no JSON",
       "Each value takes the place of one in the specification, so it is written as it would be "
       "there.",
       "nacre sweep spec.json --vary 'stages.0.sensing=reference'",
       "Write numbers as 0.001, lists as [0.001,0.002], words in double quotes."},
      {"N1292", "a path that names nothing",
       "The path of '--vary' is 'stages.', a stage's name, its number or '*', and keys of its "
       "kind, "
       "or 'program.' and keys of the program. With '*' those stages count whose kind has the key.",
       "nacre sweep spec.json --vary stages.hiden.devices.transient=0.1",
       "Correct the name that the message shows."},
      {"N1293", "no labels for a sweep",
       "A sweep compares decisions with labels, but the samples have none.",
       "nacre sweep spec.json ... without a data set", "Add 'dataset' with 'labels'."},
      {"N1294", "a stage without devices",
       "The path names devices of a stage whose kind has none, or, with '*', no stage has any.",
       "nacre sweep spec.json --vary stages.readout.devices.transient=0.1",
       "Name a stage on arrays, for instance one of kind 'xnor_tile'."},
      {"N1295", "a path of a program that is not there",
       "The path begins with 'program.', but no program was given.",
       "nacre sweep spec.json --vary program.write.amplitude=0,1",
       "Give one with '--program FILE.json'."},
      {"N1296", "nothing to program",
       "'--program' writes the arrays of stages of kind 'xnor_tile', but the design has none.",
       "nacre sweep crossbar.json --program write.json ...", "Leave '--program' out."},
      {"N1297", "rows that cannot be programmed",
       "The controller of kind 'mram_macro' writes words of 8 ... 64 bits; a row of the stage is "
       "not "
       "such a word.",
       R"("row_bits": 128, with '--program')", "Use rows of 8 ... 64 bits."},
      {"N1298", "forming of magnetic cells",
       "A first, stronger pulse makes the filament of a resistive cell. Magnetic cells have none.",
       R"("forming": {} without "preset": "rram")",
       "Remove 'forming', or set 'preset' of 'devices' to 'rram'."},
      {"N1299", "too many weights for one read",
       "With 'organisation' 'full' all weights are read at once, each neuron from arrays of its "
       "own "
       "with a popcount of its own: gates grow with inputs times outputs.",
       R"({"organisation": "full", "outputs": 1000} with 64 inputs)",
       "Choose 'row_serial' or 'parallel', or rows that the inputs fill."},
      {"N1310", "forming that nobody sees",
       "Forming is tried until all cells of a row conduct: its controller senses them against "
       "reference cells after each round.",
       R"("forming": {} without "verify": true)",
       "Set 'verify' to true and 'sensing' to 'reference'."},
      {"N1311", "data in cells that are not formed",
       "A memory whose cells are not formed at power-up holds no data then.",
       R"("forming": {}, "data_file": "words.npy")", "Remove one of the two."},
      // N134x: feature maps.
      {"N1340", "a stream without a map",
       "Kinds that work on feature maps need to know height, width and channels. The design's "
       "input has them with key 'map', and each stage on maps passes them on; a spiking_dense, a "
       "flattening and most other kinds give them up.",
       R"({"kind": "spiking_conv"} behind a spiking_dense)",
       "Give the design's 'input' a 'map', or put the stage in front of the one that gives it up."},
      {"N1341", "a padding of three",
       "A padding is one number for all sides, [rows, columns], or [top, bottom, left, right].",
       R"({"padding": [1, 1, 0]})", "Give one, two or four numbers."},
      {"N1342", "an output without pixels",
       "The kernel does not fit into the padded map, or, of a transposed convolution, the padding "
       "takes the whole output away. The message has the shapes and the padding that would fit.",
       R"({"kernel": 7, "padding": 0} on a map of 5 x 5)",
       "Use a smaller kernel or dilation, or another padding."},
      {"N1343", "groups that do not divide",
       "Each group has as many channels of the input as every other, and as many of the layer.",
       R"({"channels": 8, "groups": 3})", "Use a common divisor of both."},
      {"N1344", "a part beyond its layer",
       "A stage with 'slice' holds the layer's channels 'first' ... 'first' + 'channels' - 1; the "
       "layer has 'of'.",
       R"({"channels": 16, "slice": {"first": 24, "of": 32}})", "Lower 'first' or 'channels'."},
      {"N1345", "a bias that is not scanned",
       "A bias changes every membrane at the end of every time step, so every row must be visited.",
       R"({"bias": {"file": "bias.npy"}, "scan": "touched"})",
       "Set 'scan' to \"all\", or train the layer without a bias."},
      {"N1346", "a padding as large as a window",
       "A window of a pool that lies outside the map altogether would never send an event.",
       R"({"operation": "sum_pool", "kernel": 2, "padding": 2})",
       "Use a padding below the kernel."},
      // N135x: joins.
      {"N1350", "maps that cannot be concatenated",
       "A join concatenates channels, so the maps of its inputs must have the same rows and "
       "columns; or none of the inputs has a map.",
       "a skip of 16 x 16 x 8 and a stream of 8 x 8 x 16",
       "Upsample the smaller map, or use a transposed convolution of stride 2."},
      {"N1351", "maps that cannot be added",
       "With mode 'add' an event keeps its address, so all inputs must have the same map (or as "
       "many addresses).",
       "a skip of 16 x 16 x 8 and a stream of 16 x 16 x 16",
       "Make the channels equal, or set 'mode' to \"concatenate\"."},
      {"N1352", "a join by address of unsorted streams",
       "With order 'address' the join always takes the lowest address in front of it, so the "
       "events of each time step must come in ascending order. They do from an encoder and from "
       "spiking stages with fire 'step'; a pool mixes them.",
       R"({"order": "address"} behind a pool)", "Set 'order' to \"input\"."},
      {"N1353", "wrong number of buffers", "'buffer_words' has one number for each input.",
       R"({"inputs": ["a", "b"], "buffer_words": [0]})",
       "Give one number per input; 0 stands for the depth that is needed."},
      {"N1354", "a buffer that could block the design",
       "With fewer words than a whole time step needs, there are inputs on which the design stops "
       "for ever. The message has the depth that would do.",
       R"({"buffer_words": [0, 4]})", "Write 0, or at least the number in the message."},
      {"N1390", "no layer to place",
       "`nacre map` splits stages of kind 'spiking_conv' over cores, and the design has none.",
       "nacre map encoder.json --cores 8", "Map a network with convolutions."},
      {"N1391", "fewer cores than layers",
       "A core holds one layer, or a part of one, so there must be as many cores as layers (and as "
       "'--place' asks for).",
       "nacre map three_layers.json --cores 2", "Give more cores, or place fewer by hand."},
      {"N1392", "a placement that is none",
       "'--place STAGE=CORES' names a stage of kind 'spiking_conv' and a number of cores that it "
       "can be split over: at most one for each channel, 16 parts, and one when it fires at "
       "events.",
       "--place conv1=40", "Name a layer, and as many cores as it can have."},
      // Warnings.
      {"W0401", "a weight beyond the membrane",
       "A single weight is larger than the range of the membrane, so one event saturates it.",
       R"({"membrane_bits": 4} with weight 100)", "Widen the membrane, or scale the weights.",
       Done},
      {"W0402", "the threshold is never reached",
       "No sequence of input events can lift the membrane to the threshold: every weight (and "
       "bias) "
       "has the wrong sign or is zero, or the comparison '>' asks for more than clamp_max.",
       "weights that are all zero", "Check the weights and the threshold.", Done},
      {"W0403", "idle lanes",
       "There are more lanes than neurons (or inputs), so some lanes never work and only cost "
       "area.",
       R"({"neurons": 10, "lanes": 64})", "Use the number of lanes that the message names.", Done},
      {"W1101", "no power tables",
       "No cell of the library has internal_power tables. Area and time are not concerned; an "
       "energy "
       "would lack what cells spend inside.",
       "a library for area and timing only", "Use a library with power tables for energies.", Done},
      {"W1230", "converters that clip",
       "The largest sum of the word lines that are read at once is beyond the largest code of the "
       "converters, so such sums are clipped. That can be meant: large sums may be rare.",
       R"({"word_lines_per_read": 64, "adc": {"bits": 5}})",
       "Use the bits that the message names, read fewer word lines at once, or set 'shift'.", Done},
      {"W1271", "spare rows without a journal",
       "The map of spare rows is in registers. When it is lost with the power, a row that failed "
       "reads as if nothing were wrong, unless its marker says so.",
       R"({"spares": 2, "journal": false})",
       "Set 'journal' to true, or let the host keep the registers `spare_n`.", Done},
      {"W1272", "an unusual device",
       "A physical parameter is outside the range of published devices; the message names the "
       "range and its source.",
       R"("physics": {"delta": 20})", "Check the value and its unit.", Done},
      {"W1273", "a table too coarse for a probability",
       "Probabilities are counted in 2^-32; the one that was given is lost or much changed.",
       R"("disturb": 1e-12)", "Use a larger probability, or 0.", Done},
      {"W1280", "outputs that depend on nothing",
       "Every threshold is 0 or beyond every popcount, so no output depends on the inputs.",
       "thresholds of sums of -1 and +1, clipped to 0",
       "Convert them: popcount = (sum + inputs) / 2.", Done},
  };
  return entries;
}

const CatalogueEntry* find_catalogue_entry(std::string_view code) {
  const auto& entries = catalogue();
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), code,
      [](const CatalogueEntry& entry, std::string_view key) { return entry.code < key; });
  return found != entries.end() && found->code == code ? &*found : nullptr;
}

namespace {

std::string status_text(const CatalogueEntry& entry) {
  if (entry.status == ExitStatus::Done) return "none (a warning)";
  return fmt::format("{}", static_cast<int>(entry.status));
}

}  // namespace

std::string explain_text(const CatalogueEntry& entry) {
  return fmt::format("{}: {}\n\n{}\n\nExample:      {}\nRemedy:       {}\nExit status:  {}\n",
                     entry.code, entry.title, entry.explanation, entry.example, entry.remedy,
                     status_text(entry));
}

std::string catalogue_markdown() {
  std::string text =
      "# Diagnostics\n\n"
      "Written by the test `DiagnosticsCatalogue.MarkdownIsCurrent` from\n"
      "`generator/src/diagnostics/catalogue.cpp` (`NACRE_UPDATE_GOLDEN=1` rewrites it); do not "
      "edit.\n"
      "`nacre explain CODE` prints one entry. Exit statuses: docs/exit_status.md.\n";
  for (const CatalogueEntry& entry : catalogue()) {
    text += fmt::format("\n## {}: {}\n\n{}\n\n- Example: `{}`\n- Remedy: {}\n- Exit status: {}\n",
                        entry.code, entry.title, entry.explanation, entry.example, entry.remedy,
                        status_text(entry));
  }
  return text;
}

}  // namespace nacre
