// The rule of docs/streams.md, "Forks and joins": graphs of abstract stages are run word by word in
// random orders until nothing moves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "golden_test_specs.hpp"
#include "spec/design_hash.hpp"
#include "spec/join.hpp"

namespace nacre::golden::test {
namespace {

constexpr int kSource = -1;
constexpr int kFifoEntries = 2;

/// What an abstract stage does with a segment.
enum class Role {
  Forward,  ///< sends each event `events` times
  Late,     ///< sends up to `events` events of its own when it has taken the closing word
  JoinByInput,
  JoinByAddress
};

struct Node {
  Role role = Role::Forward;
  std::vector<int> inputs;  ///< earlier nodes, or kSource
  int events = 1;
};

/// Nodes in topological order; the last one's output is the design's.
struct Graph {
  std::vector<Node> nodes;
  int source_events = 1;      ///< most events of a segment of the source
  bool source_stops = false;  ///< the source waits until each closing word has left the design
};

bool is_join(const Node& node) { return node.inputs.size() > 1; }

int num_takers(const Graph& graph, int source) {
  int takers = 0;
  for (const Node& node : graph.nodes) {
    takers += static_cast<int>(std::count(node.inputs.begin(), node.inputs.end(), source));
  }
  return takers;
}

/// What is known of each stream, as spec.cpp and the kinds say it: [0] the source, [1 + n] node n.
struct Known {
  std::vector<StreamShape> streams;
  std::vector<Stage> stages;
};

Known known_shapes(const Graph& graph) {
  Known known;
  known.streams.push_back({.step_events = graph.source_events, .ascending = true});
  for (const Node& node : graph.nodes) {
    Stage stage;
    for (const int input : node.inputs) {
      stage.inputs.push_back(input == kSource ? "input" : std::to_string(input));
      stage.shapes.push_back(known.streams[static_cast<std::size_t>(input + 1)]);
      if (num_takers(graph, input) > 1) stage.shapes.back().late = false;
    }
    StreamShape output = stage.shapes[0];
    if (node.role == Role::Forward) output.step_events *= node.events;
    if (node.role == Role::Late) {
      output = {.step_events = node.events, .ascending = true, .late = true};
    }
    if (is_join(node)) {
      output.ascending = node.role == Role::JoinByAddress;
      for (std::size_t i = 1; i < stage.shapes.size(); ++i) {
        output.step_events += stage.shapes[i].step_events;
        output.late = output.late && stage.shapes[i].late;
      }
    }
    known.streams.push_back(output);
    known.stages.push_back(std::move(stage));
  }
  return known;
}

/// [node][input]: entries of its buffer.
using Buffers = std::vector<std::vector<std::int64_t>>;

Buffers buffers_by_rule(const Graph& graph) {
  const Known known = known_shapes(graph);
  Diagnostics diagnostics;
  DesignHash hash;
  ParseContext context{.folder = {}, .diagnostics = diagnostics, .hash = hash};
  Buffers buffers;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const JoinOrder order =
        node.role == Role::JoinByAddress ? JoinOrder::Address : JoinOrder::Input;
    buffers.emplace_back(node.inputs.size(), 0);
    for (std::size_t i = 0; is_join(node) && i < node.inputs.size(); ++i) {
      buffers[n][i] = join_buffer(known.stages[n], order, i, context).value();
    }
  }
  return buffers;
}

struct Token {
  bool closes = false;
  int segment = 0;
  int address = 0;
};

struct Fifo {
  std::size_t entries = kFifoEntries;
  std::deque<Token> words{};
  bool has_room() const { return words.size() < entries; }
};

/// A graph at work. Each part moves one word at a time.
class Machine {
 public:
  /// `input`: events of each segment of the source.
  Machine(const Graph& graph, const Buffers& buffers, const std::vector<int>& input, Random& random)
      : graph_(graph), random_(random) {
    for (std::size_t s = 0; s < input.size(); ++s) {
      for (int e = 0; e < input[s]; ++e) {
        to_send_.push_back({.segment = static_cast<int>(s), .address = e});
      }
      to_send_.push_back({.closes = true, .segment = static_cast<int>(s)});
    }
    nodes_.resize(graph.nodes.size());
    outputs_.resize(graph.nodes.size() + 1);
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const std::vector<int>& inputs = graph.nodes[n].inputs;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        nodes_[n].branches.emplace_back();
        nodes_[n].buffers.push_back({.entries = static_cast<std::size_t>(buffers[n][i])});
      }
    }
  }

  /// Moves until nothing can; true when every word has left.
  bool run() {
    std::vector<int> parts;
    for (int p = 0; p < static_cast<int>(3 * nodes_.size()) + 3; ++p) parts.push_back(p);
    bool moved = true;
    while (moved) {
      moved = false;
      std::shuffle(parts.begin(), parts.end(), random_);
      for (const int part : parts) moved = move(part) || moved;
    }
    return to_send_.empty() && num_inside() == 0;
  }

 private:
  struct State {
    std::vector<Fifo> branches;   ///< of the forks above, used where there is one
    std::vector<Fifo> buffers;    ///< those of a join, used where there is one
    std::deque<Token> pending{};  ///< taken, but not yet sent
    std::size_t turn = 0;         ///< input that a join by input takes
  };

  std::size_t num_inside() const {
    std::size_t count = 0;
    for (const Fifo& fifo : outputs_) count += fifo.words.size();
    for (const State& node : nodes_) {
      count += node.pending.size();
      for (const Fifo& fifo : node.branches) count += fifo.words.size();
      for (const Fifo& fifo : node.buffers) count += fifo.words.size();
    }
    return count;
  }

  Fifo& output_of(int node) { return outputs_[static_cast<std::size_t>(node + 1)]; }
  /// The two-entry FIFO in front of an input.
  Fifo& in_front(std::size_t n, std::size_t i) {
    const int source = graph_.nodes[n].inputs[i];
    return num_takers(graph_, source) > 1 ? nodes_[n].branches[i] : output_of(source);
  }
  /// What the stage takes from.
  Fifo& taken_from(std::size_t n, std::size_t i) {
    return nodes_[n].buffers[i].entries > 0 ? nodes_[n].buffers[i] : in_front(n, i);
  }

  bool move(int part) {
    const auto count = static_cast<int>(nodes_.size());
    if (part < count) return move_node(static_cast<std::size_t>(part));
    if (part < 2 * count) return move_buffers(static_cast<std::size_t>(part - count));
    if (part <= 3 * count) return move_fork(part - 2 * count - 1);
    return part == 3 * count + 1 ? move_source() : move_sink();
  }

  bool move_source() {
    if (to_send_.empty() || !output_of(kSource).has_room()) return false;
    if (graph_.source_stops && to_send_.front().segment > num_closed_) return false;
    output_of(kSource).words.push_back(to_send_.front());
    to_send_.pop_front();
    return true;
  }

  bool move_sink() {
    std::deque<Token>& words = outputs_.back().words;
    if (words.empty()) return false;
    if (words.front().closes) ++num_closed_;
    words.pop_front();
    return true;
  }

  bool move_fork(int source) {
    if (num_takers(graph_, source) < 2 || output_of(source).words.empty()) return false;
    std::vector<Fifo*> branches;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      for (std::size_t i = 0; i < graph_.nodes[n].inputs.size(); ++i) {
        if (graph_.nodes[n].inputs[i] == source) branches.push_back(&nodes_[n].branches[i]);
      }
    }
    const bool room = std::all_of(branches.begin(), branches.end(),
                                  [](const Fifo* branch) { return branch->has_room(); });
    if (!room) return false;
    for (Fifo* branch : branches) branch->words.push_back(output_of(source).words.front());
    output_of(source).words.pop_front();
    return true;
  }

  bool move_buffers(std::size_t n) {
    bool moved = false;
    for (std::size_t i = 0; i < nodes_[n].buffers.size(); ++i) {
      Fifo& buffer = nodes_[n].buffers[i];
      Fifo& from = in_front(n, i);
      if (!buffer.has_room() || from.words.empty()) continue;
      buffer.words.push_back(from.words.front());
      from.words.pop_front();
      moved = true;
    }
    return moved;
  }

  bool move_node(std::size_t n) {
    State& state = nodes_[n];
    Fifo& output = outputs_[n + 1];
    if (!state.pending.empty()) {
      if (!output.has_room()) return false;
      output.words.push_back(state.pending.front());
      state.pending.pop_front();
      return true;
    }
    switch (graph_.nodes[n].role) {
      case Role::Forward:
      case Role::Late:
        return take_one(n);
      case Role::JoinByInput:
        return take_by_input(n);
      case Role::JoinByAddress:
        return take_by_address(n);
    }
    return false;
  }

  bool take_one(std::size_t n) {
    const Node& node = graph_.nodes[n];
    std::deque<Token>& words = taken_from(n, 0).words;
    if (words.empty()) return false;
    const Token word = words.front();
    words.pop_front();
    if (node.role == Role::Forward && !word.closes) {
      for (int copy = 0; copy < node.events; ++copy) nodes_[n].pending.push_back(word);
    }
    if (node.role == Role::Late && word.closes) {
      // A segment in three is full, the others are of any size: Kahn, but not the same each time.
      const auto number = static_cast<int>(n) * 7 + word.segment * 5;
      const int events = number % 3 == 0 ? node.events : number % (node.events + 1);
      for (int e = 0; e < events; ++e) {
        nodes_[n].pending.push_back({.segment = word.segment, .address = e});
      }
    }
    if (word.closes) nodes_[n].pending.push_back(word);
    return true;
  }

  bool take_by_input(std::size_t n) {
    State& state = nodes_[n];
    std::deque<Token>& words = taken_from(n, state.turn).words;
    if (words.empty()) return false;
    const Token word = words.front();
    words.pop_front();
    const bool is_last = state.turn + 1 == state.buffers.size();
    if (!word.closes || is_last) state.pending.push_back(word);
    if (word.closes) state.turn = is_last ? 0 : state.turn + 1;
    return true;
  }

  bool take_by_address(std::size_t n) {
    State& state = nodes_[n];
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < state.buffers.size(); ++i) {
      const std::deque<Token>& words = taken_from(n, i).words;
      if (words.empty()) return false;
      if (words.front().closes) continue;
      if (!first || words.front().address < taken_from(n, *first).words.front().address) first = i;
    }
    if (first) {
      state.pending.push_back(taken_from(n, *first).words.front());
      taken_from(n, *first).words.pop_front();
      return true;
    }
    state.pending.push_back(taken_from(n, 0).words.front());
    for (std::size_t i = 0; i < state.buffers.size(); ++i) taken_from(n, i).words.pop_front();
    return true;
  }

  const Graph& graph_;
  Random& random_;
  std::deque<Token> to_send_;
  std::vector<Fifo> outputs_;  ///< [0] the source's, [1 + n] node n's
  std::vector<State> nodes_;
  int num_closed_ = 0;  ///< closing words that have left
};

/// Some inputs and orders of moves; true when the design stands still in one of them. A design that
/// does so with an input does so in every order (Kahn), which is checked on the way.
bool blocks(const Graph& graph, const Buffers& buffers, Random& random, int num_inputs = 12) {
  bool found = false;
  for (int round = 0; round < num_inputs; ++round) {
    std::vector<int> input;
    for (int segment = 0; segment < 5; ++segment) {
      const bool is_full = round == 0 || coin(random);
      input.push_back(is_full ? graph.source_events
                              : static_cast<int>(uniform(random, 0, graph.source_events)));
    }
    const bool passes = Machine(graph, buffers, input, random).run();
    EXPECT_EQ(Machine(graph, buffers, input, random).run(), passes);
    found = found || !passes;
  }
  return found;
}

/// A random graph whose streams all end in one: joins at the end take what nothing else takes.
Graph random_graph(Random& random) {
  Graph graph{.nodes = {},
              .source_events = static_cast<int>(uniform(random, 1, 6)),
              .source_stops = coin(random)};
  const auto count = static_cast<int>(uniform(random, 2, 8));
  const auto ascending = [&](int stream) {
    return known_shapes(graph).streams[static_cast<std::size_t>(stream + 1)].ascending;
  };
  const auto add_join = [&](std::vector<int> inputs) {
    const bool by_address = coin(random) && std::all_of(inputs.begin(), inputs.end(), ascending);
    graph.nodes.push_back({.role = by_address ? Role::JoinByAddress : Role::JoinByInput,
                           .inputs = std::move(inputs)});
  };
  for (int n = 0; n < count; ++n) {
    const auto pick = [&] { return static_cast<int>(uniform(random, kSource, n - 1)); };
    if (uniform(random, 0, 2) == 0) {
      add_join({pick(), pick()});
    } else {
      graph.nodes.push_back({.role = coin(random) ? Role::Forward : Role::Late,
                             .inputs = {pick()},
                             .events = static_cast<int>(uniform(random, 1, 3))});
    }
  }
  std::vector<int> loose;
  for (int n = 0; n < count; ++n) {
    if (num_takers(graph, n) == 0) loose.push_back(n);
  }
  std::shuffle(loose.begin(), loose.end(), random);
  if (loose.size() > 1 || (loose.size() == 1 && loose[0] + 1 != count)) add_join(loose);
  return graph;
}

TEST(GoldenDeadlock, RuleHoldsOnRandomGraphs) {
  Random random(1);
  int num_buffers = 0;
  int needed = 0;
  for (int round = 0; round < 400; ++round) {
    const Graph graph = random_graph(random);
    Buffers buffers = buffers_by_rule(graph);
    ASSERT_FALSE(blocks(graph, buffers, random)) << "round " << round;
    for (std::vector<std::int64_t>& of_node : buffers) {
      for (std::int64_t& entries : of_node) {
        if (entries == 0) continue;
        ++num_buffers;
        --entries;
        if (blocks(graph, buffers, random, 2)) ++needed;
        ++entries;
      }
    }
  }
  // Not every buffer needs its last entry (its input may never wait that long), but many do.
  EXPECT_GT(num_buffers, 300);
  EXPECT_GT(needed, 30);
  RecordProperty("buffers", num_buffers);
  RecordProperty("last_entry_needed", needed);
}

TEST(GoldenDeadlock, ResidualBlockNeedsTheWholeStep) {
  Random random(2);
  const Graph graph{.nodes = {{.role = Role::Late, .inputs = {kSource}, .events = 5},
                              {.role = Role::Late, .inputs = {0}, .events = 5},
                              {.role = Role::JoinByInput, .inputs = {1, 0}}}};
  // The fork behind node 0 takes away that its words come late.
  EXPECT_EQ(buffers_by_rule(graph), (Buffers{{0}, {0}, {0, 4}}));
  EXPECT_FALSE(blocks(graph, {{0}, {0}, {0, 4}}, random));
  EXPECT_TRUE(blocks(graph, {{0}, {0}, {0, 3}}, random));
  EXPECT_TRUE(blocks(graph, {{0}, {0}, {0, 0}}, random));
}

TEST(GoldenDeadlock, LateStageBehindTheForkNeedsNoBuffer) {
  Random random(3);
  const Graph graph{.nodes = {{.role = Role::Late, .inputs = {kSource}, .events = 9},
                              {.role = Role::Late, .inputs = {kSource}, .events = 9},
                              {.role = Role::JoinByInput, .inputs = {0, 1}}},
                    .source_events = 9};
  EXPECT_EQ(buffers_by_rule(graph), (Buffers{{0}, {0}, {0, 0}}));
  EXPECT_FALSE(blocks(graph, buffers_by_rule(graph), random));
}

TEST(GoldenDeadlock, CrossedJoinsNeedBuffers) {
  Random random(4);
  const Graph graph{.nodes = {{.role = Role::Late, .inputs = {kSource}, .events = 6},
                              {.role = Role::Late, .inputs = {kSource}, .events = 6},
                              {.role = Role::JoinByInput, .inputs = {0, 1}},
                              {.role = Role::JoinByInput, .inputs = {1, 0}},
                              {.role = Role::JoinByInput, .inputs = {2, 3}}}};
  const Buffers rule = buffers_by_rule(graph);
  EXPECT_EQ(rule[2], (std::vector<std::int64_t>{0, 5}));
  EXPECT_EQ(rule[3], (std::vector<std::int64_t>{0, 5}));
  EXPECT_FALSE(blocks(graph, rule, random));
  Buffers without = rule;
  without[2][1] = without[3][1] = 0;
  EXPECT_TRUE(blocks(graph, without, random));
}

TEST(GoldenDeadlock, ByAddressEveryInputNeedsIt) {
  Random random(5);
  const Graph graph{.nodes = {{.role = Role::Late, .inputs = {kSource}, .events = 4},
                              {.role = Role::JoinByAddress, .inputs = {kSource, 0}}},
                    .source_events = 6};
  EXPECT_EQ(buffers_by_rule(graph), (Buffers{{0}, {5, 0}}));
  EXPECT_FALSE(blocks(graph, {{0}, {5, 0}}, random));
  EXPECT_TRUE(blocks(graph, {{0}, {4, 0}}, random));
}

TEST(GoldenDeadlock, UnknownBoundIsRefused) {
  Stage stage;
  stage.name = "join";
  stage.inputs = {"a", "b"};
  stage.shapes = {{.step_events = 0}, {.step_events = 0}};
  Diagnostics diagnostics;
  DesignHash hash;
  ParseContext context{.folder = {}, .diagnostics = diagnostics, .hash = hash};
  EXPECT_EQ(join_buffer(stage, JoinOrder::Input, 0, context), 0);
  EXPECT_EQ(diagnostics.num_errors(), 0);
  EXPECT_EQ(join_buffer(stage, JoinOrder::Input, 1, context), std::nullopt);
  EXPECT_EQ(join_buffer(stage, JoinOrder::Address, 0, context), std::nullopt);
  EXPECT_EQ(diagnostics.num_errors(), 2);
  stage.shapes[1].late = true;
  EXPECT_EQ(join_buffer(stage, JoinOrder::Input, 1, context), 0);
}

}  // namespace
}  // namespace nacre::golden::test
