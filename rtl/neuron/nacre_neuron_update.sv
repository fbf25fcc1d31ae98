`default_nettype none
/// One update of one neuron (combinational): an input event, or the end of a time step.
///
///   held     = RefractoryMode is hold and r > 0
///   event:   v1 = held ? v : clamp(v + w), or clamp(v - w) for a negative event
///   step:    v1 = held ? v : clamp(v + b); leaked here with LeakOrder before_fire
///   fire     v2 = v1 after at most MaxSpikes spikes and resets, tested when r = 0 (and test_i = 1)
///   r'       = RefractorySteps after a spike; else, on a step, r - 1 while r > 0
///   v'       = v2; leaked here on a step that was not held, with LeakOrder after_fire
///
/// With test_i = 0 an event of weight 0 changes nothing, and a step without bias with r = 0 is the
/// leak alone.
///
/// Contract: docs/neuron.md. Golden model: sim/golden/neuron/. Enumerations are numbered as in
/// generator/src/spec/neuron.hpp.
module nacre_neuron_update #(
  /// Bits of v: 2 ... 32.
  parameter int MembraneWidth    = 16,
  /// Bounds of saturation: ClampMin <= 0 <= ClampMax, inside the membrane's range.
  parameter int ClampMin         = -32768,
  parameter int ClampMax         = 32767,
  /// 1: there is a negative threshold.
  parameter int HasNegativeThreshold = 0,
  /// 0 `>=`, 1 `>`.
  parameter int Compare          = 0,
  /// Tested: 0 at the end of a time step, 1 after each input event.
  parameter int Fire             = 0,
  /// Spikes of one test: 1 ... 15 (above 1: Reset 0 alone).
  parameter int MaxSpikes        = 1,
  /// 0 subtract, 1 zero, 2 value, 3 none.
  parameter int Reset            = 0,
  parameter int ResetValue       = 0,
  /// Time steps after a spike without another: 0 ... 255.
  parameter int RefractorySteps  = 0,
  /// While refractory: 0 integrate, 1 hold.
  parameter int RefractoryMode   = 0,
  /// 0 none, 1 shift, 2 multiply.
  parameter int Leak             = 0,
  /// 1 ... MembraneWidth-1.
  parameter int LeakShift        = 1,
  /// 0 ... 2^LeakFractionBits, with LeakFractionBits 1 ... 16.
  parameter int LeakFactor       = 0,
  parameter int LeakFractionBits = 1,
  /// 0 floor, 1 toward zero, 2 half up.
  parameter int LeakRounding     = 0,
  /// 0 after fire, 1 before fire.
  parameter int LeakOrder        = 0,
  /// Bits of a weight's value (two's complement): 1 ... 17.
  parameter int WeightWidth      = 8,
  /// Bits of a bias, 0 when there is none.
  parameter int BiasWidth        = 0,
  // Derived, not to be set. r <= RefractorySteps; count <= MaxSpikes; no vector is empty.
  parameter int RefractoryPortWidth = (RefractorySteps > 0) ? $clog2(RefractorySteps + 1) : 1,
  parameter int BiasPortWidth       = (BiasWidth > 0) ? BiasWidth : 1,
  parameter int CountWidth          = $clog2(MaxSpikes + 1)
) (
  input  wire logic                              step_i,      ///< 0 input event, 1 end of step
  /// 0: no fire test; the weight of an event is 0 then.
  input  wire logic                              test_i,
  input  wire logic                              negative_i,  ///< the event's polarity
  input  wire logic signed [MembraneWidth-1:0]   membrane_i,
  input  wire logic [RefractoryPortWidth-1:0]    refractory_i,
  input  wire logic signed [WeightWidth-1:0]     weight_i,
  input  wire logic signed [BiasPortWidth-1:0]   bias_i,      ///< ignored when BiasWidth = 0
  input  wire logic signed [MembraneWidth-1:0]   threshold_i,           ///< 1 ... ClampMax
  input  wire logic signed [MembraneWidth-1:0]   negative_threshold_i,  ///< ClampMin ... -1
  output logic signed      [MembraneWidth-1:0]   membrane_o,
  output logic             [RefractoryPortWidth-1:0] refractory_o,
  output logic             [CountWidth-1:0]      count_o,     ///< spikes sent
  output logic                                   negative_o   ///< their polarity; 0 without spikes
);

  // The leak by shift, v - round(v / 2^LeakShift), needs no adder of its own when it is all that a
  // step adds: no bias, and nothing subtracted by a fire test before it.
  localparam int LeakIsAdded = (Leak == 1 && BiasWidth == 0
                                && (LeakOrder == 1 || Fire == 1 || Reset != 0)) ? 1 : 0;
  // Then, with a test before the leak, the test sees the membrane, and a spike leaves ResetValue as
  // the leak makes it.
  localparam int TestBeforeSum = (LeakIsAdded == 1 && LeakOrder == 0 && Fire == 0) ? 1 : 0;
  localparam int ResetRoundUp  = (LeakRounding == 2) ? (ResetValue >>> (LeakShift - 1)) & 1
                               : (LeakRounding == 1 && ResetValue < 0
                                  && (ResetValue & ((1 << LeakShift) - 1)) != 0) ? 1
                               : 0;
  localparam int ResetLeaked   = ResetValue - (ResetValue >>> LeakShift) - ResetRoundUp;
  // The addend is w, or ~w with a carry, b, or the leak's.
  localparam int LeakWidth   = (LeakIsAdded == 1) ? MembraneWidth - LeakShift : 1;
  localparam int StepWidth   = (LeakWidth > BiasPortWidth) ? LeakWidth : BiasPortWidth;
  localparam int AddendWidth = (WeightWidth > StepWidth) ? WeightWidth : StepWidth;
  // The sum of two numbers of at most n bits, and a carry, has at most n + 1 bits.
  localparam int SumWidth = ((AddendWidth > MembraneWidth) ? AddendWidth : MembraneWidth) + 1;
  localparam logic signed [SumWidth-1:0]      SumMin     = SumWidth'(ClampMin);
  localparam logic signed [SumWidth-1:0]      SumMax     = SumWidth'(ClampMax);
  localparam logic signed [MembraneWidth-1:0] Min        = MembraneWidth'(ClampMin);
  localparam logic signed [MembraneWidth-1:0] Max        = MembraneWidth'(ClampMax);
  localparam logic signed [MembraneWidth-1:0] AfterSpike =
      MembraneWidth'((TestBeforeSum == 1) ? ResetLeaked : ResetValue);
  // Nobody sees a saturation at the top when all that lies above it fires and is replaced: only an
  // event leaves the range then, and the threshold is not above ClampMax. Likewise at the bottom.
  localparam int TopFires    = (Fire == 1 && RefractorySteps == 0 && BiasWidth == 0 && Compare == 0
                                && (Reset == 1 || Reset == 2)) ? 1 : 0;
  localparam int BottomFires = (TopFires == 1 && HasNegativeThreshold == 1) ? 1 : 0;

  if (MembraneWidth < 2 || MembraneWidth > 32 || ClampMin > 0 || ClampMax < 0
      || (MembraneWidth < 32 && (ClampMax >> (MembraneWidth - 1)) != 0)
      || (MembraneWidth < 32 && ClampMin < 0 && ((-1 - ClampMin) >> (MembraneWidth - 1)) != 0)
      || ResetValue < ClampMin || ResetValue > ClampMax
      || Compare < 0 || Compare > 1 || Fire < 0 || Fire > 1 || MaxSpikes < 1 || MaxSpikes > 15
      || Reset < 0 || Reset > 3 || (MaxSpikes > 1 && Reset != 0)
      || RefractorySteps < 0 || RefractorySteps > 255 || RefractoryMode < 0 || RefractoryMode > 1
      || Leak < 0 || Leak > 2 || LeakShift < 1 || (Leak == 1 && LeakShift > MembraneWidth - 1)
      || LeakFractionBits < 1 || LeakFractionBits > 16
      || LeakFactor < 0 || LeakFactor > (1 << LeakFractionBits)
      || LeakRounding < 0 || LeakRounding > 2 || LeakOrder < 0 || LeakOrder > 1
      || WeightWidth < 1 || WeightWidth > 17 || BiasWidth < 0 || BiasWidth > 32
      || HasNegativeThreshold < 0 || HasNegativeThreshold > 1) begin : gen_illegal
    nacre_error_neuron_parameter_is_out_of_range u_error ();
  end

  logic                            refractory;  // r > 0
  logic                            held;
  logic                            leaking;     // this update applies the leak
  logic signed [AddendWidth-1:0]   event_addend, step_addend, addend;
  logic                            step_carry, carry, carry_in;
  logic signed [SumWidth-1:0]      sum;
  logic signed [MembraneWidth-1:0] integrated, tested, after_fire, leak_in, leaked;
  logic signed [SumWidth-1:0]      first_tested;  // what the first round of the test sees
  logic [CountWidth-1:0]           count;         // spikes sent

  // Refractoriness
  if (RefractorySteps > 0) begin : gen_refractory
    assign refractory   = refractory_i != '0;
    assign refractory_o = (count != '0) ? RefractoryPortWidth'(RefractorySteps)
                        : (step_i && refractory) ? refractory_i - RefractoryPortWidth'(1)
                        : refractory_i;
  end else begin : gen_no_refractory
    wire unused_refractory = ^refractory_i;
    assign refractory   = 1'b0;
    assign refractory_o = '0;
  end
  assign held    = RefractoryMode == 1 && refractory;
  assign leaking = step_i && !held;

  // Integration, with the one saturation. -w = ~w + 1; a shift of v never leaves the range.
  if (BiasWidth > 0) begin : gen_bias
    assign step_addend = AddendWidth'(bias_i);
    assign step_carry  = 1'b0;
  end else begin : gen_no_bias
    wire unused_bias = ^bias_i;
    if (LeakIsAdded == 1) begin : gen_leak_is_added
      // v - (v >>> LeakShift) - up = v + ~(v >>> LeakShift) + !up, where `up` is what rounding adds
      // to the floor.
      logic up;
      assign up = (LeakRounding == 2) ? membrane_i[LeakShift-1]
                : (LeakRounding == 1) ? membrane_i[MembraneWidth-1] && |membrane_i[LeakShift-1:0]
                : 1'b0;
      assign step_addend = AddendWidth'($signed(~membrane_i[MembraneWidth-1:LeakShift]));
      assign step_carry  = !up;
    end else begin : gen_no_step_addend
      assign step_addend = '0;
      assign step_carry  = 1'b0;
    end
  end
  assign event_addend = AddendWidth'(weight_i) ^ {AddendWidth{negative_i}};
  assign addend       = held ? '0 : step_i ? step_addend : event_addend;
  assign carry        = !held && (step_i ? step_carry : negative_i);
  // One adder: the carry comes from a bit below the lowest.
  assign {sum, carry_in} = {SumWidth'(membrane_i), 1'b1} + {SumWidth'(addend), carry};
  wire unused_carry_in = carry_in;
  assign integrated = (TopFires == 0 && sum > SumMax)    ? Max
                    : (BottomFires == 0 && sum < SumMin) ? Min
                    : sum[MembraneWidth-1:0];

  // Leak: v - round(v / 2^LeakShift), or round(v * LeakFactor / 2^LeakFractionBits). Both lie
  // between 0 and v, so nothing saturates here.
  if (Leak == 0 || LeakIsAdded == 1) begin : gen_no_leak
    assign leaked = leak_in;
  end else begin : gen_leak
    localparam int Shift = (Leak == 1) ? LeakShift : LeakFractionBits;
    // -2^(MembraneWidth-1) <= v <= 2^(MembraneWidth-1) - 1 and LeakFactor <= 2^Shift; rounding adds
    // less than 2^Shift: the sum is at least -2^(WideWidth-1) and below 2^(WideWidth-1). The factor
    // itself needs Shift + 2 bits and fits, because MembraneWidth >= 2.
    localparam int WideWidth = MembraneWidth + Shift;
    localparam logic signed [WideWidth-1:0] Factor   = (Leak == 1) ? WideWidth'(1)
                                                                   : WideWidth'(LeakFactor);
    localparam logic signed [WideWidth-1:0] Half     = WideWidth'(1 << (Shift - 1));
    localparam logic signed [WideWidth-1:0] AllBelow = WideWidth'((1 << Shift) - 1);
    logic signed [WideWidth-1:0] scaled, offset, shifted;
    wire unused_shifted = ^shifted;
    assign scaled  = (Leak == 1) ? WideWidth'(leak_in) : WideWidth'(leak_in) * Factor;
    assign offset  = (LeakRounding == 2) ? Half
                   : (LeakRounding == 1 && scaled[WideWidth-1]) ? AllBelow
                   : '0;
    assign shifted = (scaled + offset) >>> Shift;
    assign leaked  = (Leak == 1) ? leak_in - shifted[MembraneWidth-1:0]
                                 : shifted[MembraneWidth-1:0];
  end

  if (LeakOrder == 1 && Leak != 0 && LeakIsAdded == 0) begin : gen_leak_before_fire
    assign leak_in      = integrated;
    assign tested       = leaking ? leaked : integrated;
    assign first_tested = SumWidth'(tested);
    assign membrane_o   = after_fire;
  end else begin : gen_leak_after_fire
    assign leak_in      = after_fire;
    assign tested       = integrated;
    assign first_tested = (TestBeforeSum == 1) ? SumWidth'(membrane_i) : sum;
    assign membrane_o   = leaking ? leaked : after_fire;
  end

  // Fire test. The first round sees the sum before its saturation, which takes time: a threshold
  // lies inside the range, and one at its very end is never exceeded. A membrane that no longer
  // fires stays as it is, so the later rounds do nothing. Subtraction cannot leave the range:
  // v >= threshold > 0, or v <= negative_threshold < 0.
  logic                            test, first_above, first_below, fires_positive, fires_negative;
  logic signed [MembraneWidth-1:0] v;
  logic                            negative;
  assign test        = test_i && !refractory && (Fire == 1) != step_i;
  assign first_above = (Compare == 1)
                     ? first_tested > SumWidth'(threshold_i) && threshold_i != Max
                     : first_tested >= SumWidth'(threshold_i);
  assign first_below = (Compare == 1)
                     ? first_tested < SumWidth'(negative_threshold_i) && negative_threshold_i != Min
                     : first_tested <= SumWidth'(negative_threshold_i);
  always_comb begin
    v              = tested;
    count          = '0;
    negative       = 1'b0;
    fires_positive = 1'b0;
    fires_negative = 1'b0;
    for (int s = 0; s < MaxSpikes; s++) begin
      fires_positive = test && ((s == 0) ? first_above
                              : (Compare == 1) ? v > threshold_i : v >= threshold_i);
      fires_negative = HasNegativeThreshold == 1 && test && !fires_positive
                    && ((s == 0) ? first_below
                      : (Compare == 1) ? v < negative_threshold_i : v <= negative_threshold_i);
      if (fires_positive || fires_negative) begin
        v        = (Reset == 0) ? v - (fires_negative ? negative_threshold_i : threshold_i)
                 : (Reset == 1) ? '0
                 : (Reset == 2) ? AfterSpike
                 : v;
        count    = count + CountWidth'(1);
        negative = fires_negative;
      end
    end
  end
  assign after_fire = v;
  assign count_o    = count;
  assign negative_o = negative;

endmodule
`default_nettype wire
