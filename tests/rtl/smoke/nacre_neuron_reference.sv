`default_nettype none
// The neuron contract (docs/neuron.md) in 64-bit integers, for testbenches: call `update`.
module nacre_neuron_reference #(
  parameter int ClampMin         = -32768,
  parameter int ClampMax         = 32767,
  parameter int HasNegativeThreshold = 0,
  parameter int Compare          = 0,
  parameter int Fire             = 0,
  parameter int MaxSpikes        = 1,
  parameter int Reset            = 0,
  parameter int ResetValue       = 0,
  parameter int RefractorySteps  = 0,
  parameter int RefractoryMode   = 0,
  parameter int Leak             = 0,
  parameter int LeakShift        = 1,
  parameter int LeakFactor       = 0,
  parameter int LeakFractionBits = 1,
  parameter int LeakRounding     = 0,
  parameter int LeakOrder        = 0
) ();

  longint v, r;     // state, before and after
  integer count;    // spikes sent
  reg     polarity;
  reg     test = 1'b1;  // 0: no fire test

  // round(x / 2^k) by division and remainder.
  function automatic longint rounded(input longint x, input integer k);
    longint unit, quotient, remainder;
    unit      = 64'sd1 <<< k;
    quotient  = x / unit;                       // toward zero
    remainder = x - quotient * unit;
    if (LeakRounding == 1) begin
      rounded = quotient;
    end else begin
      if (remainder < 0) begin                  // now quotient = floor, 0 <= remainder < unit
        quotient  = quotient - 1;
        remainder = remainder + unit;
      end
      if (LeakRounding == 2 && 2 * remainder >= unit) quotient = quotient + 1;
      rounded = quotient;
    end
  endfunction

  function automatic longint leak(input longint x);
    leak = (Leak == 1) ? x - rounded(x, LeakShift)
         : (Leak == 2) ? rounded(x * LeakFactor, LeakFractionBits)
         : x;
  endfunction

  task fire_test(input longint threshold, input longint negative_threshold);
    reg positive, negative, stop;
    stop = 1'b0;
    while (!stop && count < MaxSpikes) begin
      positive = (Compare == 1) ? v > threshold : v >= threshold;
      negative = !positive && HasNegativeThreshold == 1
              && ((Compare == 1) ? v < negative_threshold : v <= negative_threshold);
      stop     = !positive && !negative;
      if (!stop) begin
        count    = count + 1;
        polarity = negative;
        case (Reset)
          0:       v = positive ? v - threshold : v - negative_threshold;
          1:       v = 0;
          2:       v = ResetValue;
          default: v = v;
        endcase
      end
    end
  endtask

  // One update of (v, r). `addend` is the weight, with its sign turned for a negative event, or the
  // bias.
  task update(input reg step, input longint addend, input longint threshold,
              input longint negative_threshold);
    reg held;
    held     = RefractoryMode == 1 && r > 0;
    count    = 0;
    polarity = 1'b0;
    if (!held) begin
      v = v + addend;
      if (v > ClampMax) v = ClampMax;
      if (v < ClampMin) v = ClampMin;
      if (step && LeakOrder == 1) v = leak(v);
    end
    if (test && r == 0 && step == (Fire == 0)) fire_test(threshold, negative_threshold);
    if (count > 0)          r = RefractorySteps;
    else if (step && r > 0) r = r - 1;
    if (step && !held && LeakOrder == 0) v = leak(v);
  endtask

endmodule
`default_nettype wire
