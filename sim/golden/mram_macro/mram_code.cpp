#include "golden/mram_macro/mram_code.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "nacre/diagnostics.hpp"

namespace nacre::golden {

namespace {

/// a * b modulo `modulus`, polynomials over GF(2) by their coefficients;
/// degrees of a and b are below `degree`, that of the modulus.
std::uint32_t multiply(std::uint32_t a, std::uint32_t b, std::uint32_t modulus, int degree) {
  std::uint32_t product = 0;
  for (int i = degree - 1; i >= 0; --i) {
    product <<= 1;
    if (((product >> degree) & 1u) != 0) product ^= modulus;
    if (((b >> i) & 1u) != 0) product ^= a;
  }
  return product;
}

/// The minimal polynomial of `element` of GF(2)[x] / `field`: the product of (x
/// - c) over its conjugates c, element^2, element^4, ...
std::uint32_t minimal_polynomial(std::uint32_t element, std::uint32_t field, int degree) {
  std::vector<std::uint32_t> coefficients{1};  // of x^0, x^1, ...; elements of the field
  std::uint32_t conjugate = element;
  do {
    std::vector<std::uint32_t> product(coefficients.size() + 1, 0);
    for (std::size_t i = 0; i < coefficients.size(); ++i) {
      product[i + 1] ^= coefficients[i];
      product[i] ^= multiply(coefficients[i], conjugate, field, degree);
    }
    coefficients = std::move(product);
    conjugate = multiply(conjugate, conjugate, field, degree);
  } while (conjugate != element);
  std::uint32_t polynomial = 0;
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    NACRE_CHECK(coefficients[i] <= 1, "mram_macro: a minimal polynomial over GF(2)");
    polynomial |= coefficients[i] << i;
  }
  return polynomial;
}

/// a * b, polynomials over GF(2).
std::uint32_t multiply(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (; b != 0; b &= b - 1) product ^= a << std::countr_zero(b);
  return product;
}

}  // namespace

MramCode::MramCode(MramEcc ecc, int data_bits) : data_bits_(data_bits) {
  switch (ecc) {
    case MramEcc::None:
      columns_.assign(static_cast<std::size_t>(data_bits), 0);
      explain_syndromes(0);
      break;
    case MramEcc::Secded:
      make_columns_of_secded();
      explain_syndromes(1);
      break;
    case MramEcc::Dected:
      make_columns_of_dected();
      explain_syndromes(2);
      break;
  }
}

void MramCode::make_columns_of_secded() {
  while ((std::int64_t{1} << check_bits_) < 2 * (data_bits_ + check_bits_)) ++check_bits_;
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; number < std::uint32_t{1} << check_bits_; ++number) {
    const int weight = std::popcount(number);
    if (weight % 2 == 1 && weight >= 3) numbers.push_back(number);
  }
  std::stable_sort(numbers.begin(), numbers.end(), [](std::uint32_t a, std::uint32_t b) {
    return std::popcount(a) < std::popcount(b);
  });
  columns_.assign(numbers.begin(), numbers.begin() + data_bits_);
  for (int j = 0; j < check_bits_; ++j) columns_.push_back(std::uint32_t{1} << j);
}

void MramCode::make_columns_of_dected() {
  int m = 1;
  while ((1 << m) - 1 < data_bits_ + 2 * m) ++m;
  const std::uint32_t m1 = m == 5 ? 0b100101u : m == 6 ? 0b1000011u : 0b10001001u;
  NACRE_CHECK(m >= 5 && m <= 7, "mram_macro: data bits out of range");
  const std::uint32_t x_cubed = 0b1000;
  const std::uint32_t generator = multiply(m1, minimal_polynomial(x_cubed, m1, m));
  // x^p modulo g, and 1 for the weight of the whole, which the last check bit
  // makes even.
  const std::uint32_t weight = std::uint32_t{1} << (2 * m);
  std::vector<std::uint32_t> powers;
  std::uint32_t power = 1;
  for (int p = 0; p < data_bits_ + 2 * m; ++p) {
    powers.push_back(power | weight);
    power = multiply(power, 0b10u, generator, 2 * m);
  }
  check_bits_ = 2 * m + 1;
  columns_.assign(powers.begin() + 2 * m, powers.end());
  columns_.insert(columns_.end(), powers.begin(), powers.begin() + 2 * m);
  columns_.push_back(weight);
}

void MramCode::explain_syndromes(int corrected) {
  errors_.resize(std::size_t{1} << check_bits_);
  errors_[0] = MramErrors{};
  const auto explain = [&](std::uint32_t syndrome, const MramErrors& errors) {
    NACRE_CHECK(!errors_[syndrome], "mram_macro: two patterns with one syndrome");
    errors_[syndrome] = errors;
  };
  for (std::size_t i = 0; i < columns_.size() && corrected >= 1; ++i) {
    explain(columns_[i], {.count = 1, .bits = {static_cast<int>(i)}});
    for (std::size_t j = 0; j < i && corrected >= 2; ++j) {
      explain(columns_[i] ^ columns_[j],
              {.count = 2, .bits = {static_cast<int>(j), static_cast<int>(i)}});
    }
  }
}

std::vector<std::uint8_t> MramCode::encode(std::uint64_t data) const {
  std::vector<std::uint8_t> word(static_cast<std::size_t>(bits()), 0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(data_bits_); ++i) {
    word[i] = static_cast<std::uint8_t>((data >> i) & 1u);
    if (word[i] != 0) sum ^= columns_[i];
  }
  // Among the check bits' columns only that of bit j has the place j, but for
  // the place of the weight, which all of them have.
  for (std::size_t j = 0; j < static_cast<std::size_t>(check_bits_); ++j) {
    const std::size_t bit = static_cast<std::size_t>(data_bits_) + j;
    if (((sum >> j) & 1u) == 0) continue;
    word[bit] = 1;
    sum ^= columns_[bit];
  }
  NACRE_CHECK(sum == 0, "mram_macro: no code word");
  return word;
}

std::optional<MramErrors> MramCode::decode(std::span<const std::uint8_t> word) const {
  std::uint32_t syndrome = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (word[i] != 0) syndrome ^= columns_[i];
  }
  return errors_[syndrome];
}

}  // namespace nacre::golden
