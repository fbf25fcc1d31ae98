`default_nettype none
/// The event with the lowest address, of several; equal ones by number. A tournament: each half's
/// winner, then the lower of both. (Loops, for Verilator 5.006 loses what is inside a recursive
/// module that is the top.)
module nacre_event_first #(
  /// At least 1.
  parameter int NumInputs = 2,
  /// Bits of an address, at least 1.
  parameter int Width     = 8
) (
  input  wire logic [NumInputs-1:0]       event_i,    ///< there is an event
  input  wire logic [NumInputs*Width-1:0] address_i,
  output logic                            any_o,      ///< there is one at all
  output logic      [NumInputs-1:0]       first_o,    ///< one-hot: the first; 0 without any
  output logic      [Width-1:0]           address_o   ///< its address
);

  if (NumInputs < 1 || Width < 1) begin : gen_illegal
    nacre_error_num_inputs_and_width_must_be_at_least_1 u_error ();
  end

  // Match k is between the winners of 2k and 2k+1, and 1 is the last one; places Slots and above
  // are the inputs, and places that are left over without an event.
  localparam int Slots = 1 << $clog2(NumInputs);
  logic [2*Slots-1:0]       has_event, is_first, odd_wins;
  logic [2*Slots*Width-1:0] address;

  always_comb begin
    has_event = '0;
    is_first  = (2 * Slots)'(2);
    odd_wins  = '0;
    address   = '0;
    for (int i = 0; i < NumInputs; i++) begin
      has_event[Slots+i]                = event_i[i];
      address[(Slots+i)*Width +: Width] = address_i[i*Width +: Width];
    end
    for (int k = Slots - 1; k >= 1; k--) begin
      odd_wins[k]  = has_event[2*k+1] && (!has_event[2*k] ||
                     address[(2*k+1)*Width +: Width] < address[2*k*Width +: Width]);
      has_event[k] = has_event[2*k] || has_event[2*k+1];
      address[k*Width +: Width] = odd_wins[k] ? address[(2*k+1)*Width +: Width]
                                              : address[2*k*Width +: Width];
    end
    for (int k = 1; k < Slots; k++) begin
      is_first[2*k]   = is_first[k] && !odd_wins[k];
      is_first[2*k+1] = is_first[k] && odd_wins[k];
    end
  end

  assign any_o     = has_event[1];
  assign first_o   = is_first[Slots +: NumInputs] & event_i;
  assign address_o = address[Width +: Width];
  wire unused = ^{has_event[0], is_first, odd_wins, address[Width-1:0]};

endmodule
`default_nettype wire
