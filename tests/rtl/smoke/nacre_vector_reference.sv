`default_nettype none
// The instructions of a computational SRAM, lane by lane in 64-bit integers, written from
// generator/src/kinds/imc_sram_vector/README.md alone: what the benches compare with.
module nacre_vector_reference #(
  parameter int RowBits = 128
) ();

  logic [RowBits-1:0] y;                     // result of execute
  logic               legal, reads_a, reads_b;  // result of classify

  // Lane l of `bits` bits, unsigned and signed.
  function automatic longint lane(input logic [RowBits-1:0] row, input integer bits,
                                  input integer l);
    logic [63:0] one;
    one  = 64'(row >> (bits * l));
    lane = $signed(one & ((64'd1 << bits) - 64'd1));
  endfunction
  function automatic longint lane_s(input logic [RowBits-1:0] row, input integer bits,
                                    input integer l);
    longint value;
    value  = lane(row, bits, l);
    lane_s = (value >= (64'sd1 <<< (bits - 1))) ? value - (64'sd1 <<< bits) : value;
  endfunction
  task automatic put(input integer bits, input integer l, input longint value);
    for (int i = 0; i < bits; i++) y[bits*l + i] = value[i];
  endtask
  function automatic longint clip(input longint value, input longint low, input longint high);
    clip = (value < low) ? low : (value > high) ? high : value;
  endfunction

  task automatic classify(input logic [5:0] op, input logic [1:0] w, input logic [8:0] imm);
    integer group, index, lanes, units, kind, mode;
    group   = 1 << (imm / 64);
    index   = imm % 64;
    lanes   = RowBits / (8 << w);
    kind    = (op / 4) % 4;
    mode    = op % 4;
    units   = (op >= 32 && kind != 0) ? RowBits / 32 : lanes;
    reads_a = op != 2;
    reads_b = op == 0 || op == 5 || (op >= 8 && op <= 22) || op == 25 || op == 26 || op >= 32;
    legal   = w != 3 && op != 7 && !(op >= 27 && op <= 31);
    if (op == 1 && (imm / 32) % 4 == 3) legal = 1'b0;
    if ((op == 3 || op == 4 || op == 6) && group > lanes) legal = 1'b0;
    if ((op == 3 || op == 4 || op == 5) && index >= lanes) legal = 1'b0;
    if ((op == 23 || op == 24) && w == 2) legal = 1'b0;
    if ((op == 25 || op == 26) && w == 0) legal = 1'b0;
    if (op >= 32 && mode != 0 && (group > units || index >= units)) legal = 1'b0;
    if (op >= 32 && mode == 3 && kind == 0) legal = 1'b0;
  endtask

  // Unit l of the operands of a multiply-accumulate, and lane e of `bits` bits in it.
  function automatic integer unit_a(input integer mode, input integer g, input integer idx,
                                    input integer l);
    unit_a = (mode < 2) ? l : g * (l / g) + idx % g;
  endfunction
  function automatic integer lane_b(input integer mode, input integer g, input integer idx,
                                    input integer l, input integer e, input integer per_unit);
    case (mode)
      0:       lane_b = l * per_unit + e;
      1:       lane_b = (g * (l / g) + idx % g) * per_unit + e;
      2:       lane_b = (g * (idx / g) + l % g) * per_unit + e;
      default: lane_b = (idx / g) * g * per_unit + g * e + l % g;
    endcase
  endfunction

  // y = the row that is written to rd, also the next acc when op >= 32.
  task automatic execute(input logic [5:0] op, input logic [1:0] w, input logic [8:0] imm,
                         input logic [RowBits-1:0] a, input logic [RowBits-1:0] b,
                         input logic [RowBits-1:0] acc);
    integer bits, lanes, g, idx, n, kind, mode, per_unit;
    longint sa, sb, ua, ub, low, high, most, sum, x;
    bits  = 8 << w;
    lanes = RowBits / bits;
    g     = 1 << (imm / 64);
    idx   = imm % 64;
    kind  = (op / 4) % 4;
    mode  = op % 4;
    low   = -(64'sd1 <<< (bits - 1));
    high  = (64'sd1 <<< (bits - 1)) - 64'sd1;
    most  = (64'sd1 <<< bits) - 64'sd1;
    y     = '0;
    if (op == 0) begin
      for (int i = 0; i < RowBits; i++) y[i] = imm[2 * 32'(a[i]) + 32'(b[i])];
    end else if (op >= 32 && kind == 0) begin
      for (int l = 0; l < lanes; l++) begin
        sum = lane(a, bits, unit_a(mode, g, idx, l)) *
              lane(b, bits, lane_b(mode, g, idx, l, 0, 1));
        if (op < 48) sum = sum + lane(acc, bits, l);
        put(bits, l, sum);
      end
    end else if (op >= 32) begin
      per_unit = 32 / bits;
      for (int l = 0; l < RowBits / 32; l++) begin
        sum = (op < 48) ? lane(acc, 32, l) : 64'sd0;
        for (int e = 0; e < per_unit; e++) begin
          n  = unit_a(mode, g, idx, l) * per_unit + e;
          sa = (kind == 1) ? lane_s(a, bits, n) : lane(a, bits, n);
          n  = lane_b(mode, g, idx, l, e, per_unit);
          sb = (kind != 3) ? lane_s(b, bits, n) : lane(b, bits, n);
          sum = sum + sa * sb;
        end
        put(32, l, sum);
      end
    end else begin
      for (int l = 0; l < lanes; l++) begin
        ua = lane(a, bits, l);
        ub = lane(b, bits, l);
        sa = lane_s(a, bits, l);
        sb = lane_s(b, bits, l);
        n  = imm % 32;
        x  = 64'sd0;
        case (op)
          6'd1: begin
            case ((imm / 32) % 4)
              0:       x = ua <<< n;
              1:       x = ua >>> n;
              default: x = sa >>> n;
            endcase
          end
          6'd2:  x = (imm < 256) ? 64'(imm) : 64'(imm) - 64'sd512;
          6'd3:  x = lane(a, bits, g * (l / g) + idx % g);
          6'd4:  x = lane(a, bits, g * (idx / g) + l % g);
          6'd5:  x = (l + idx < lanes) ? lane(a, bits, l + idx) : lane(b, bits, l + idx - lanes);
          6'd6: begin
            if (l % g == 0) begin
              for (int k = 0; k < g; k++) x = x + lane(a, bits, l + k);
            end
          end
          6'd8:  x = ua + ub;
          6'd9:  x = ua - ub;
          6'd10: x = clip(sa + sb, low, high);
          6'd11: x = clip(sa - sb, low, high);
          6'd12: x = clip(ua + ub, 64'sd0, most);
          6'd13: x = clip(ua - ub, 64'sd0, most);
          6'd14: x = (sa < sb) ? sa : sb;
          6'd15: x = (sa > sb) ? sa : sb;
          6'd16: x = (ua < ub) ? ua : ub;
          6'd17: x = (ua > ub) ? ua : ub;
          6'd18: x = (ua == ub) ? most : 64'sd0;
          6'd19: x = (sa > sb) ? most : 64'sd0;
          6'd20: x = (ua > ub) ? most : 64'sd0;
          6'd21: x = (sa * sb) >>> bits;
          6'd22: x = $signed($unsigned(ua * ub) >> bits);
          default: ;
        endcase
        if (op == 23 || op == 24) begin
          if (l < lanes / 2) begin
            n = (imm % 2) * lanes / 2 + l;
            put(2 * bits, l, (op == 23) ? lane_s(a, bits, n) : lane(a, bits, n));
          end
        end else if (op == 25 || op == 26) begin
          low  = -(64'sd1 <<< (bits / 2 - 1));
          high = (64'sd1 <<< (bits / 2 - 1)) - 64'sd1;
          most = (64'sd1 <<< (bits / 2)) - 64'sd1;
          put(bits / 2, l, (op == 25) ? clip(sa, low, high) : clip(sa, 64'sd0, most));
          put(bits / 2, lanes + l, (op == 25) ? clip(sb, low, high) : clip(sb, 64'sd0, most));
        end else begin
          put(bits, l, x);
        end
      end
    end
  endtask
endmodule
`default_nettype wire
