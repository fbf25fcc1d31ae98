`default_nettype none
// Random updates against nacre_neuron_reference; operands are often at their extremes.
module nacre_neuron_update_tb #(
  parameter int MembraneWidth    = 16,
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
  parameter int LeakOrder        = 0,
  parameter int WeightWidth      = 8,
  parameter int BiasWidth        = 0
) ();

  localparam int RefractoryPortWidth = (RefractorySteps > 0) ? $clog2(RefractorySteps + 1) : 1;
  localparam int BiasPortWidth       = (BiasWidth > 0) ? BiasWidth : 1;
  localparam int CountWidth          = $clog2(MaxSpikes + 1);

  reg                              step, test, negative;
  reg signed [MembraneWidth-1:0]   membrane, threshold, negative_threshold;
  reg [RefractoryPortWidth-1:0]    refractory;
  reg signed [WeightWidth-1:0]     weight;
  reg signed [BiasPortWidth-1:0]   bias;
  wire signed [MembraneWidth-1:0]  membrane_new;
  wire [RefractoryPortWidth-1:0]   refractory_new;
  wire [CountWidth-1:0]            count;
  wire                             polarity;
  longint                          addend;
  integer                          errors;

  nacre_neuron_update #(
    .MembraneWidth(MembraneWidth), .ClampMin(ClampMin), .ClampMax(ClampMax),
    .HasNegativeThreshold(HasNegativeThreshold), .Compare(Compare), .Fire(Fire),
    .MaxSpikes(MaxSpikes), .Reset(Reset), .ResetValue(ResetValue),
    .RefractorySteps(RefractorySteps), .RefractoryMode(RefractoryMode), .Leak(Leak),
    .LeakShift(LeakShift), .LeakFactor(LeakFactor), .LeakFractionBits(LeakFractionBits),
    .LeakRounding(LeakRounding), .LeakOrder(LeakOrder), .WeightWidth(WeightWidth),
    .BiasWidth(BiasWidth)
  ) u_dut (
    .step_i(step), .test_i(test), .negative_i(negative), .membrane_i(membrane), .refractory_i(refractory),
    .weight_i(weight), .bias_i(bias), .threshold_i(threshold),
    .negative_threshold_i(negative_threshold), .membrane_o(membrane_new),
    .refractory_o(refractory_new), .count_o(count), .negative_o(polarity)
  );

  nacre_neuron_reference #(
    .ClampMin(ClampMin), .ClampMax(ClampMax), .HasNegativeThreshold(HasNegativeThreshold),
    .Compare(Compare), .Fire(Fire), .MaxSpikes(MaxSpikes), .Reset(Reset), .ResetValue(ResetValue),
    .RefractorySteps(RefractorySteps), .RefractoryMode(RefractoryMode), .Leak(Leak),
    .LeakShift(LeakShift), .LeakFactor(LeakFactor), .LeakFractionBits(LeakFractionBits),
    .LeakRounding(LeakRounding), .LeakOrder(LeakOrder)
  ) u_reference ();

  // A number of low ... high: an end, near zero, or anything.
  function automatic longint pick(input longint low, input longint high);
    longint number;
    case ($urandom % 6)
      0:       number = low;
      1:       number = high;
      2, 3:    number = {61'd0, 3'($urandom)} - 64'sd4;
      default: number = low + {32'd0, $urandom} % (high - low + 1);
    endcase
    pick = (number < low) ? low : (number > high) ? high : number;
  endfunction

  initial begin
    errors = 0;
    for (int t = 0; t < 4000; t++) begin
      step               = 1'($urandom);
      test               = $urandom % 4 != 0;
      negative           = 1'($urandom);
      membrane           = MembraneWidth'(pick(64'(ClampMin), 64'(ClampMax)));
      refractory         = RefractoryPortWidth'(pick(0, 64'(RefractorySteps)));
      if ($urandom % 2 == 0) refractory = '0;
      weight             = WeightWidth'($urandom);
      if ($urandom % 4 == 0) weight = {1'b1, {(WeightWidth - 1){1'b0}}};
      if (!test && !step) weight = '0;
      bias               = BiasPortWidth'($urandom);
      threshold          = MembraneWidth'(pick(1, 64'(ClampMax)));
      negative_threshold = (HasNegativeThreshold == 1) ? MembraneWidth'(pick(64'(ClampMin), -1))
                                                       : '0;
      #1;
      addend = step ? ((BiasWidth > 0) ? 64'(bias) : 64'sd0)
                    : negative ? -64'(weight) : 64'(weight);
      u_reference.v = 64'(membrane);
      u_reference.r = 64'(refractory);
      u_reference.test = test;
      u_reference.update(step, addend, 64'(threshold), 64'(negative_threshold));
      if (64'(membrane_new) !== u_reference.v || 64'(refractory_new) !== u_reference.r
          || 32'(count) !== u_reference.count || polarity !== u_reference.polarity) begin
        errors = errors + 1;
        if (errors < 10) begin
          $display("FAIL step %0d v %0d r %0d addend %0d: expected v %0d r %0d count %0d, got %0d %0d %0d",
                   step, membrane, refractory, addend, u_reference.v, u_reference.r,
                   u_reference.count, membrane_new, refractory_new, count);
        end
      end
    end
    if (errors == 0) $display("PASS");
    $finish;
  end

endmodule
`default_nettype wire
