`default_nettype none
/// Whether one more leak would leave a membrane potential as it is (combinational).
///
/// leak(v) of docs/neuron.md moves v toward 0, and leaves exactly the numbers of an interval around
/// 0 alone. With k = LeakShift, f = LeakFactor / 2^LeakFractionBits:
///
///   shift     round(v / 2^k) = 0:  floor 0 ... 2^k - 1;  toward zero |v| < 2^k;
///             half up -2^(k-1) <= v < 2^(k-1)
///   multiply  round(v f) = v, that is, with a = |v| (1 - f):  v >= 0: a <= 0, half up 2a <= 1;
///             v < 0: floor a < 1, toward zero a <= 0, half up 2a < 1
///
/// Bounds outside the membrane's range are never met. Without a leak everything is settled.
module nacre_neuron_settled #(
  /// Bits of v: 2 ... 32.
  parameter int MembraneWidth    = 16,
  /// See nacre_neuron_update.
  parameter int Leak             = 1,
  parameter int LeakShift        = 4,
  parameter int LeakFactor       = 0,
  parameter int LeakFractionBits = 1,
  parameter int LeakRounding     = 0
) (
  input  wire logic signed [MembraneWidth-1:0] membrane_i,
  output logic                                 settled_o
);

  if (MembraneWidth < 2 || MembraneWidth > 32 || Leak < 0 || Leak > 2 || LeakShift < 1
      || (Leak == 1 && LeakShift > MembraneWidth - 1) || LeakFractionBits < 1
      || LeakFractionBits > 16 || LeakFactor < 0 || LeakFactor > (1 << LeakFractionBits)
      || LeakRounding < 0 || LeakRounding > 2) begin : gen_illegal
    nacre_error_neuron_parameter_is_out_of_range u_error ();
  end

  if (Leak == 0 || (Leak == 2 && LeakFactor == (1 << LeakFractionBits))) begin : gen_all
    wire unused_membrane = ^membrane_i;
    assign settled_o = 1'b1;
  end else if (Leak == 1) begin : gen_shift
    // The bits from the k-th (half up: from the one below) are all 0, or all 1.
    localparam int Lowest = (LeakRounding == 2) ? LeakShift - 1 : LeakShift;
    logic negative_settled;
    // Of the numbers -2^k ... -1 rounding toward zero moves the first alone.
    assign negative_settled = (LeakRounding == 2) ? &membrane_i[MembraneWidth-1:Lowest]
                            : (LeakRounding == 1) ? &membrane_i[MembraneWidth-1:Lowest]
                                                    && |membrane_i[LeakShift-1:0]
                            : 1'b0;
    assign settled_o = !(|membrane_i[MembraneWidth-1:Lowest]) || negative_settled;
    wire unused_low = ^membrane_i;
  end else begin : gen_multiply
    // 1 - f = Loss / One; the bounds are below 2^16.
    localparam int One  = 1 << LeakFractionBits;
    localparam int Loss = One - LeakFactor;
    localparam int Highest = (LeakRounding == 2) ? One / (2 * Loss) : 0;
    localparam int Lowest  = (LeakRounding == 2) ? -((One - 1) / (2 * Loss))
                           : (LeakRounding == 1) ? 0
                           : -((One - 1) / Loss);
    // Wide enough for membrane and bounds.
    localparam int Width = (MembraneWidth > 18) ? MembraneWidth : 18;
    localparam logic signed [Width-1:0] High = Width'(Highest);
    localparam logic signed [Width-1:0] Low  = Width'(Lowest);
    logic signed [Width-1:0] v;
    assign v         = Width'(membrane_i);
    assign settled_o = v >= Low && v <= High;
  end

endmodule
`default_nettype wire
