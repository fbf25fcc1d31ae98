`default_nettype none
/// A normal number from a random one (combinational), in 1/256 of the standard deviation.
///
///   m = number[30:0], n = its leading zeros of 31 bits; n >= 24: z = G[23][0]
///   else k = the five bits behind its highest 1, z = G[n][k]; number[31] = 1: -z
///
/// G[n][k] = round(256 * x), where a standard normal number exceeds x in amount with probability
/// 2^-(n+1) * (1 + (k + 1/2) / 32).
///
/// Contract: docs/mtj_array.md, "Draws".  Golden model: sim/golden/mtj_array.
module nacre_device_gauss (
  input  wire logic        [31:0] number_i,  ///< a nacre_device_random
  output logic signed      [11:0] z_o        ///< -1387 ... 1387
);

  localparam int NumZeros = 24;
  // The place (n * 32 + k) * 12; k = 31 on the left.
  localparam logic [NumZeros*32*12-1:0] Table = {
    192'h54c54d54d54e_54f550550551_552553554555_556556557558,  // n = 23
    192'h55955a55b55c_55d55e560561_562563564565_56756856956b,
    192'h52b52c52d52d_52e52f530531_531532533534_535536537538,  // n = 22
    192'h53953a53b53c_53d53e53f540_542543544545_54754854954b,
    192'h50950a50b50c_50d50d50e50f_510511512513_514515516517,  // n = 21
    192'h51851951a51b_51c51d51e51f_521522523524_52652752852a,
    192'h4e74e84e94e9_4ea4eb4ec4ed_4ee4ef4f04f1_4f24f34f44f5,  // n = 20
    192'h4f64f74f84f9_4fa4fb4fc4fd_4ff500501503_504505507508,
    192'h4c44c54c54c6_4c74c84c94ca_4cb4cc4cd4ce_4cf4d04d14d2,  // n = 19
    192'h4d34d44d54d6_4d74d84da4db_4dc4dd4df4e0_4e14e34e44e6,
    192'h49f4a04a14a2_4a34a44a54a6_4a74a84a94aa_4ab4ac4ad4ae,  // n = 18
    192'h4af4b04b14b2_4b34b54b64b7_4b84ba4bb4bd_4be4bf4c14c3,
    192'h47a47b47c47d_47e47f480480_481482483484_486487488489,  // n = 17
    192'h48a48b48c48d_48f490491492_494495497498_49a49b49d49e,
    192'h454455455456_45745845945a_45b45c45d45e_45f460462463,  // n = 16
    192'h464465466468_46946a46b46d_46e470471472_474476477479,
    192'h42c42d42e42f_430431432433_434435436437_43843943a43b,  // n = 15
    192'h43d43e43f440_442443444446_44744944a44c_44d44f451452,
    192'h403404405406_40740840940a_40b40c40d40e_40f410412413,  // n = 14
    192'h414415417418_41941b41c41e_41f421422424_42542742942b,
    192'h3d83d93da3db_3dc3dd3de3df_3e03e23e33e4_3e53e63e83e9,  // n = 13
    192'h3ea3eb3ed3ee_3f03f13f23f4_3f53f73f93fa_3fc3fe3ff401,
    192'h3ac3ad3ae3af_3b03b13b23b3_3b43b63b73b8_3b93ba3bc3bd,  // n = 12
    192'h3be3c03c13c3_3c43c63c73c9_3ca3cc3ce3cf_3d13d33d53d7,
    192'h37d37e37f381_382383384385_38638838938a_38b38d38e390,  // n = 11
    192'h391392394395_39739839a39c_39d39f3a13a2_3a43a63a83aa,
    192'h34d34e34f350_351353354355_35635835935a_35c35d35e360,  // n = 10
    192'h361363364366_36736936b36c_36e370372374_37637837a37c,
    192'h31931b31c31d_31e320321322_324325326328_32932b32c32e,  // n = 9
    192'h32f331332334_33633733933b_33d33f341343_34534734934b,
    192'h2e32e52e62e7_2e92ea2eb2ed_2ee2f02f12f3_2f42f62f72f9,  // n = 8
    192'h2fa2fc2fe300_301303305307_30930b30d30f_311313315318,
    192'h2aa2ab2ac2ae_2af2b12b22b4_2b52b72b82ba_2bc2bd2bf2c1,  // n = 7
    192'h2c22c42c62c8_2ca2cc2ce2d0_2d22d42d62d8_2da2dd2df2e1,
    192'h26c26d26f270_272273275276_27827a27b27d_27f281282284,  // n = 6
    192'h28628828a28c_28e290292294_29729929b29e_2a02a22a52a8,
    192'h22822a22b22d_22f230232234_23623823923b_23d23f241243,  // n = 5
    192'h24524724924c_24e250252255_25725925c25f_261264267269,
    192'h1de1e01e11e3_1e51e71e91eb_1ed1ef1f11f3_1f51f71f91fc,  // n = 4
    192'h1fe200203205_20720a20c20f_21221421721a_21d220223226,
    192'h18a18c18e190_192194197199_19b19d1a01a2_1a41a71a91ac,  // n = 3
    192'h1ae1b11b41b6_1b91bc1bf1c2_1c41c71cb1ce_1d11d41d81db,
    192'h12812a12d12f_13213413713a_13c13f142144_14714a14d150,  // n = 2
    192'h15315615915c_15f163166169_16d170174177_17b17f183187,
    192'h0ae0b10b50b8_0bb0be0c20c5_0c80cc0cf0d3_0d60da0de0e1,  // n = 1
    192'h0e50e90ed0f0_0f40f80fc100_10510910d112_11611b11f124,
    192'h00300800d012_01701c021026_02b03003503a_03f04404a04f,  // n = 0
    192'h05405a05f064_06a06f07507a_08008608b091_09709d0a30aa
  };

  function automatic logic signed [11:0] gauss(input logic [31:0] drawn);
    logic [30:0] m;
    logic [4:0]  n;
    logic [9:0]  place;
    logic [11:0] amount;
`ifndef VERILATOR
    logic [32*12-1:0] row;
`endif
    m = drawn[30:0];
    n = 5'd0;
    for (int s = 4; s >= 0; s--) begin
      // The highest 2^s bits are 0.
      if ((m >> (31 - (1 << s))) == 31'd0) begin
        m    = m << (1 << s);
        n[s] = 1'b1;
      end
    end
    place = (n > 5'd23) ? {5'd23, 5'd0} : {n, m[29:25]};
`ifdef VERILATOR
    amount = Table[32'(place)*12 +: 12];
`else
    // In two steps: Yosys works minutes on the whole table.
    row = 384'd0;
    for (int i = 0; i < NumZeros; i++) begin
      if (place[9:5] == 5'(i)) row = Table[i*384 +: 384];
    end
    amount = row[32'(place[4:0])*12 +: 12];
`endif
    gauss = drawn[31] ? 12'sd0 - $signed(amount) : $signed(amount);
  endfunction

  assign z_o = gauss(number_i);

endmodule
`default_nettype wire
