using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

public class DataTests
{
    [Fact]
    public void Numbers_go_in_and_come_out_in_order()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, 2, 3);
        x.data<float>().ToArray().ShouldBe([1, 2, 3, 4, 5, 6]);
        x.t().data<float>().ToArray().ShouldBe([1, 4, 2, 5, 3, 6]);
        x.t().contiguous().data<float>().ToArray().ShouldBe([1, 4, 2, 5, 3, 6]);
        x.data<float>()[1, 2].ShouldBe(6);
        x.t().data<float>()[2, 1].ShouldBe(6);
        x.data<float>()[0, 0] = 9;
        x[0, 0].item<float>().ShouldBe(9);
        x.data<float>().Count.ShouldBe(6);
        x.data<float>().Sum().ShouldBe(29);
        x.data<float>().ToNDArray().ShouldBe(new float[,] { { 9, 2, 3 }, { 4, 5, 6 } });
    }

    [Fact]
    public void Parts_can_be_copied_either_way()
    {
        using var x = zeros(2, 2);
        x.data<float>().CopyFrom([1, 2, 3], 1, 1);
        x.data<float>().ToArray().ShouldBe([0, 2, 3, 0]);
        Span<float> room = stackalloc float[3];
        x.data<float>().CopyTo(room, 0, 1);
        room.ToArray().ShouldBe([2, 3, 0]);
    }

    [Fact]
    public void Each_element_type_keeps_its_numbers()
    {
        using var scope = NewDisposeScope();
        tensor(new[] { 1.5, -2 }).data<double>().ToArray().ShouldBe([1.5, -2]);
        tensor(new[] { 1L << 40, -1 }).data<long>().ToArray().ShouldBe([1L << 40, -1]);
        tensor(new[] { 7, -7 }).data<int>().ToArray().ShouldBe([7, -7]);
        tensor(new short[] { 7, -7 }).data<short>().ToArray().ShouldBe([7, -7]);
        tensor(new byte[] { 0, 255 }).data<byte>().ToArray().ShouldBe([0, 255]);
        tensor(new sbyte[] { -128, 127 }).data<sbyte>().ToArray().ShouldBe([-128, 127]);
        tensor(new[] { true, false }).data<bool>().ToArray().ShouldBe([true, false]);
        tensor(new float[,] { { 1, 2 }, { 3, 4 } }).shape.ShouldBe([2, 2]);
        tensor(new List<float> { 1, 2, 3 }, dtype: ScalarType.Float64).data<double>().ToArray().ShouldBe([1, 2, 3]);
        tensor(3.25).dtype.ShouldBe(ScalarType.Float64);
        tensor(3.25f).dtype.ShouldBe(ScalarType.Float32);
        tensor(3L).item<long>().ShouldBe(3);
        from_array(new int[,,] { { { 1 }, { 2 } } }).shape.ShouldBe([1, 2, 1]);
        frombuffer(new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 }, ScalarType.Float32).data<float>().ToArray().ShouldBe([1, 2]);
    }

    [Fact]
    public void The_wrong_type_or_count_is_refused()
    {
        using var x = ones(2, 2);
        Should.Throw<ArgumentException>(() => x.data<double>()).Message.ShouldBe("Float32 is not compatible with Double");
        Should.Throw<ArgumentException>(() => x.item<long>());
        Should.Throw<ArgumentException>(() => tensor(new float[] { 1, 2, 3 }, 2, 2)).Message.ShouldContain("3 numbers do not make a tensor of shape [2, 2]");
        Should.Throw<IndexOutOfRangeException>(() => x.data<float>()[2, 0]);
        Should.Throw<ArgumentException>(() => x.data<float>()[0, 0, 0]);
    }

    [Fact]
    public void Bytes_are_the_tensors_own_memory()
    {
        using var x = zeros(2);
        x.bytes = BitConverter.GetBytes(1f).Concat(BitConverter.GetBytes(-2f)).ToArray();
        x.data<float>().ToArray().ShouldBe([1, -2]);
        BitConverter.ToSingle(x.bytes).ShouldBe(1);
        Should.Throw<ArgumentException>(() => x.bytes = new byte[3]);
    }

    [Fact]
    public void Scalars_of_tensors_convert()
    {
        using var x = tensor(2.75);
        (x.ToSingle(), x.ToDouble(), x.ToInt32(), x.ToInt64(), x.ToBoolean()).ShouldBe((2.75f, 2.75, 2, 2L, true));
        ((double)x, (float)x, (long)x).ShouldBe((2.75, 2.75f, 2L));
        x.ToScalar().Type.ShouldBe(ScalarType.Float64);
        ((Scalar)3).Type.ShouldBe(ScalarType.Int64);
        ((Scalar)true).Type.ShouldBe(ScalarType.Bool);
    }

    [Fact]
    public void Indices_choose_and_assign()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).reshape(2, 3, 4);
        x[1, 2, 3].item<long>().ShouldBe(23);
        x[1].shape.ShouldBe([3, 4]);
        x[.., 1..3, ^1].data<long>().ToArray().ShouldBe([7, 11, 19, 23]);
        x[TensorIndex.Ellipsis, TensorIndex.Single(0)].shape.ShouldBe([2, 3]);
        x[TensorIndex.None, TensorIndex.Colon].shape.ShouldBe([1, 2, 3, 4]);
        x[TensorIndex.Slice(step: 2), TensorIndex.Slice(0, -1)].shape.ShouldBe([1, 2, 4]);
        x[TensorIndex.Single(0), TensorIndex.Tensor(tensor(new long[] { 2, 0 }))].data<long>().ToArray().ShouldBe([8, 9, 10, 11, 0, 1, 2, 3]);
        x[x > 20].data<long>().ToArray().ShouldBe([21, 22, 23]);
        x[TensorIndex.Tensor(x[TensorIndex.Ellipsis, TensorIndex.Single(0)] > 11), TensorIndex.Single(1)].data<long>().ToArray().ShouldBe([13, 17, 21]);
        x[0, 0] = tensor(-1L);
        x[0].data<long>().ToArray().ShouldBe([-1, -1, -1, -1, 4, 5, 6, 7, 8, 9, 10, 11]);
        x[TensorIndex.Colon, TensorIndex.Single(0), TensorIndex.Slice(0, 2)] = tensor(7L);
        x[1, 0].data<long>().ToArray().ShouldBe([7, 7, 14, 15]);
        x[x > 10] = tensor(0L);
        x.max().item<long>().ShouldBe(10);
    }

    [Fact]
    public void Sizes_are_values()
    {
        Size size = (2, 3);
        size.ShouldBe(new Size([2, 3]));
        (size + new Size(4)).Shape.ShouldBe([2, 3, 4]);
        (size.numel(), size.Length, size[1]).ShouldBe((6, 2, 3));
        default(Size).Length.ShouldBe(0);
    }
}
