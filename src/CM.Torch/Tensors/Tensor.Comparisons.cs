using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Numbers to truths, and truths to truths.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => cm_eq(this, target);
        public Tensor eq(Scalar target) => cm_eq_number(this, target);
        public Tensor eq_(Tensor target) => cm_eq_(this, target).Of(this);
        public Tensor eq_(Scalar target) => cm_eq_number_(this, target).Of(this);
        public Tensor ne(Tensor target) => cm_ne(this, target);
        public Tensor ne(Scalar target) => cm_ne_number(this, target);
        public Tensor ne_(Tensor target) => cm_ne_(this, target).Of(this);
        public Tensor ne_(Scalar target) => cm_ne_number_(this, target).Of(this);
        public Tensor lt(Tensor target) => cm_lt(this, target);
        public Tensor lt(Scalar target) => cm_lt_number(this, target);
        public Tensor lt_(Tensor target) => cm_lt_(this, target).Of(this);
        public Tensor lt_(Scalar target) => cm_lt_number_(this, target).Of(this);
        public Tensor le(Tensor target) => cm_le(this, target);
        public Tensor le(Scalar target) => cm_le_number(this, target);
        public Tensor le_(Tensor target) => cm_le_(this, target).Of(this);
        public Tensor le_(Scalar target) => cm_le_number_(this, target).Of(this);
        public Tensor gt(Tensor target) => cm_gt(this, target);
        public Tensor gt(Scalar target) => cm_gt_number(this, target);
        public Tensor gt_(Tensor target) => cm_gt_(this, target).Of(this);
        public Tensor gt_(Scalar target) => cm_gt_number_(this, target).Of(this);
        public Tensor ge(Tensor target) => cm_ge(this, target);
        public Tensor ge(Scalar target) => cm_ge_number(this, target);
        public Tensor ge_(Tensor target) => cm_ge_(this, target).Of(this);
        public Tensor ge_(Scalar target) => cm_ge_number_(this, target).Of(this);
        public Tensor equal(Tensor target) => cm_eq(this, target);
        public Tensor logical_and(Tensor other) => cm_logical_and(this, other);
        public Tensor logical_and_(Tensor other) => cm_logical_and_(this, other).Of(this);
        public Tensor logical_or(Tensor other) => cm_logical_or(this, other);
        public Tensor logical_or_(Tensor other) => cm_logical_or_(this, other).Of(this);
        public Tensor logical_xor(Tensor other) => cm_logical_xor(this, other);
        public Tensor logical_xor_(Tensor other) => cm_logical_xor_(this, other).Of(this);
        public Tensor logical_not() => cm_logical_not(this);
        public Tensor logical_not_() => cm_logical_not_(this).Of(this);
        public Tensor bitwise_and(Tensor other) => cm_bitwise_and(this, other);
        public Tensor bitwise_and_(Tensor other) => cm_bitwise_and_(this, other).Of(this);
        public Tensor bitwise_or(Tensor other) => cm_bitwise_or(this, other);
        public Tensor bitwise_or_(Tensor other) => cm_bitwise_or_(this, other).Of(this);
        public Tensor bitwise_xor(Tensor other) => cm_bitwise_xor(this, other);
        public Tensor bitwise_xor_(Tensor other) => cm_bitwise_xor_(this, other).Of(this);
        public Tensor bitwise_not() => cm_bitwise_not(this);
        public Tensor bitwise_not_() => cm_bitwise_not_(this).Of(this);
        public Tensor isclose(Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) => cm_isclose(this, other, rtol, atol, nanEqual);
        public Tensor isnan() => cm_isnan(this);
        public Tensor isinf() => cm_isinf(this);
        public Tensor isfinite() => cm_isfinite(this);
        public Tensor isneginf() => cm_isneginf(this);
        public Tensor isposinf() => cm_isposinf(this);
        public Tensor signbit() => cm_signbit(this);
        public Tensor positive() => cm_positive(this);
    }

    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);
    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);
    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);
    public static Tensor le(Tensor left, Tensor right) => left.le(right);
    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);
    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);
    public static Tensor equal(Tensor tensor, Tensor target) => tensor.equal(target);
    public static Tensor logical_and(Tensor left, Tensor right) => left.logical_and(right);
    public static Tensor logical_and_(Tensor left, Tensor right) => left.logical_and_(right);
    public static Tensor logical_or(Tensor left, Tensor right) => left.logical_or(right);
    public static Tensor logical_or_(Tensor left, Tensor right) => left.logical_or_(right);
    public static Tensor logical_xor(Tensor left, Tensor right) => left.logical_xor(right);
    public static Tensor logical_xor_(Tensor left, Tensor right) => left.logical_xor_(right);
    public static Tensor logical_not(Tensor input) => input.logical_not();
    public static Tensor bitwise_and(Tensor left, Tensor right) => left.bitwise_and(right);
    public static Tensor bitwise_and_(Tensor left, Tensor right) => left.bitwise_and_(right);
    public static Tensor bitwise_or(Tensor left, Tensor right) => left.bitwise_or(right);
    public static Tensor bitwise_or_(Tensor left, Tensor right) => left.bitwise_or_(right);
    public static Tensor bitwise_xor(Tensor left, Tensor right) => left.bitwise_xor(right);
    public static Tensor bitwise_xor_(Tensor left, Tensor right) => left.bitwise_xor_(right);
    public static Tensor bitwise_not(Tensor input) => input.bitwise_not();
    public static Tensor bitwise_not_(Tensor input) => input.bitwise_not_();
    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) => tensor.isclose(other, rtol, atol, nanEqual);
    public static Tensor isnan(Tensor input) => input.isnan();
    public static Tensor isinf(Tensor tensor) => tensor.isinf();
    public static Tensor isfinite(Tensor tensor) => tensor.isfinite();
    public static Tensor isneginf(Tensor tensor) => tensor.isneginf();
    public static Tensor isposinf(Tensor tensor) => tensor.isposinf();
    public static Tensor signbit(Tensor input) => input.signbit();
    public static Tensor positive(Tensor input) => input.positive();
}
