using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// A number on either side goes straight through: no scalar object, no tensor of one element on this side.
public static partial class torch
{
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => cm_add(left, right, 1);
        public static Tensor operator +(Tensor left, Scalar right) => cm_add_number(left, right, 1);
        public static Tensor operator +(Scalar left, Tensor right) => cm_add_number(right, left, 1);
        public static Tensor operator +(Tensor left, int right) => cm_add_number(left, right, 1);
        public static Tensor operator +(Tensor left, long right) => cm_add_number(left, right, 1);
        public static Tensor operator +(Tensor left, float right) => cm_add_number(left, right, 1);
        public static Tensor operator +(Tensor left, double right) => cm_add_number(left, right, 1);
        public static Tensor operator +(int left, Tensor right) => cm_add_number(right, left, 1);
        public static Tensor operator +(long left, Tensor right) => cm_add_number(right, left, 1);
        public static Tensor operator +(float left, Tensor right) => cm_add_number(right, left, 1);
        public static Tensor operator +(double left, Tensor right) => cm_add_number(right, left, 1);

        public static Tensor operator &(Tensor left, Tensor right) => cm_bitwise_and(left, right);

        public static Tensor operator |(Tensor left, Tensor right) => cm_bitwise_or(left, right);

        public static Tensor operator /(Tensor left, Tensor right) => cm_div(left, right);
        public static Tensor operator /(Tensor left, Scalar right) => cm_div_number(left, right);
        public static Tensor operator /(Scalar left, Tensor right) => cm_number_div(left, right);
        public static Tensor operator /(Tensor left, int right) => cm_div_number(left, right);
        public static Tensor operator /(Tensor left, long right) => cm_div_number(left, right);
        public static Tensor operator /(Tensor left, float right) => cm_div_number(left, right);
        public static Tensor operator /(Tensor left, double right) => cm_div_number(left, right);
        public static Tensor operator /(int left, Tensor right) => cm_number_div(left, right);
        public static Tensor operator /(long left, Tensor right) => cm_number_div(left, right);
        public static Tensor operator /(float left, Tensor right) => cm_number_div(left, right);
        public static Tensor operator /(double left, Tensor right) => cm_number_div(left, right);

        public static Tensor operator ==(Tensor left, Tensor right) => cm_eq(left, right);
        public static Tensor operator ==(Tensor left, Scalar right) => cm_eq_number(left, right);
        public static Tensor operator ==(Scalar left, Tensor right) => cm_eq_number(right, left);

        public static Tensor operator ^(Tensor left, Tensor right) => cm_bitwise_xor(left, right);

        public static Tensor operator >(Tensor left, Tensor right) => cm_gt(left, right);
        public static Tensor operator >(Tensor left, Scalar right) => cm_gt_number(left, right);
        public static Tensor operator >(Scalar left, Tensor right) => cm_lt_number(right, left);

        public static Tensor operator >=(Tensor left, Tensor right) => cm_ge(left, right);
        public static Tensor operator >=(Tensor left, Scalar right) => cm_ge_number(left, right);
        public static Tensor operator >=(Scalar left, Tensor right) => cm_le_number(right, left);

        public static Tensor operator !=(Tensor left, Tensor right) => cm_ne(left, right);
        public static Tensor operator !=(Tensor left, Scalar right) => cm_ne_number(left, right);
        public static Tensor operator !=(Scalar left, Tensor right) => cm_ne_number(right, left);

        public static Tensor operator <(Tensor left, Tensor right) => cm_lt(left, right);
        public static Tensor operator <(Tensor left, Scalar right) => cm_lt_number(left, right);
        public static Tensor operator <(Scalar left, Tensor right) => cm_gt_number(right, left);

        public static Tensor operator <=(Tensor left, Tensor right) => cm_le(left, right);
        public static Tensor operator <=(Tensor left, Scalar right) => cm_le_number(left, right);
        public static Tensor operator <=(Scalar left, Tensor right) => cm_ge_number(right, left);

        public static Tensor operator %(Tensor left, Tensor right) => cm_remainder(left, right);
        public static Tensor operator %(Tensor left, Scalar right) => cm_remainder_number(left, right);
        public static Tensor operator %(Tensor left, int right) => cm_remainder_number(left, right);
        public static Tensor operator %(Tensor left, long right) => cm_remainder_number(left, right);
        public static Tensor operator %(Tensor left, float right) => cm_remainder_number(left, right);
        public static Tensor operator %(Tensor left, double right) => cm_remainder_number(left, right);

        public static Tensor operator *(Tensor left, Tensor right) => cm_mul(left, right);
        public static Tensor operator *(Tensor left, Scalar right) => cm_mul_number(left, right);
        public static Tensor operator *(Scalar left, Tensor right) => cm_mul_number(right, left);
        public static Tensor operator *(Tensor left, int right) => cm_mul_number(left, right);
        public static Tensor operator *(Tensor left, long right) => cm_mul_number(left, right);
        public static Tensor operator *(Tensor left, float right) => cm_mul_number(left, right);
        public static Tensor operator *(Tensor left, double right) => cm_mul_number(left, right);
        public static Tensor operator *(int left, Tensor right) => cm_mul_number(right, left);
        public static Tensor operator *(long left, Tensor right) => cm_mul_number(right, left);
        public static Tensor operator *(float left, Tensor right) => cm_mul_number(right, left);
        public static Tensor operator *(double left, Tensor right) => cm_mul_number(right, left);

        public static Tensor operator ~(Tensor left) => cm_bitwise_not(left);

        public static Tensor operator -(Tensor left, Tensor right) => cm_sub(left, right);
        public static Tensor operator -(Tensor left, Scalar right) => cm_sub_number(left, right);
        public static Tensor operator -(Scalar left, Tensor right) => cm_number_sub(left, right);
        public static Tensor operator -(Tensor left, int right) => cm_sub_number(left, right);
        public static Tensor operator -(Tensor left, long right) => cm_sub_number(left, right);
        public static Tensor operator -(Tensor left, float right) => cm_sub_number(left, right);
        public static Tensor operator -(Tensor left, double right) => cm_sub_number(left, right);
        public static Tensor operator -(int left, Tensor right) => cm_number_sub(left, right);
        public static Tensor operator -(long left, Tensor right) => cm_number_sub(left, right);
        public static Tensor operator -(float left, Tensor right) => cm_number_sub(left, right);
        public static Tensor operator -(double left, Tensor right) => cm_number_sub(left, right);

        public static Tensor operator -(Tensor tensor) => cm_neg(tensor);

        public static implicit operator Tensor(byte value) => tensor(value);
        public static implicit operator Tensor(sbyte value) => tensor(value);
        public static implicit operator Tensor(short value) => tensor(value);
        public static implicit operator Tensor(int value) => tensor(value);
        public static implicit operator Tensor(long value) => tensor(value);
        public static implicit operator Tensor(float value) => tensor(value);
        public static implicit operator Tensor(double value) => tensor(value);
        public static implicit operator Tensor(bool value) => tensor(value);
        public static implicit operator Tensor(byte[] value) => tensor(value);
        public static implicit operator Tensor(sbyte[] value) => tensor(value);
        public static implicit operator Tensor(short[] value) => tensor(value);
        public static implicit operator Tensor(int[] value) => tensor(value);
        public static implicit operator Tensor(long[] value) => tensor(value);
        public static implicit operator Tensor(float[] value) => tensor(value);
        public static implicit operator Tensor(double[] value) => tensor(value);
        public static implicit operator Tensor(bool[] value) => tensor(value);
        public static implicit operator Tensor(Scalar scalar) => cm_full([], 0, scalar, new(scalar.Type, null));
    }
}
