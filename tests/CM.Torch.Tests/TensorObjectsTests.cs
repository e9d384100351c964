using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

public class TensorObjectsTests
{
    private readonly TensorObjects objects = new();

    [Fact]
    public void Objects_of_a_step_serve_the_next_one_and_not_this_one()
    {
        var (first, second) = Step(() =>
        {
            var x = ones(1);
            x.Dispose();
            var y = ones(1);
            y.ShouldNotBeSameAs(x);
            Should.Throw<ObjectDisposedException>(() => x + y);
            return (x, y);
        });
        var (third, fourth) = Step(() => (ones(2), zeros(2)));
        third.ShouldBeSameAs(first);
        fourth.ShouldBeSameAs(second);
        third.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void A_tensor_that_lives_on_keeps_its_object()
    {
        var kept = Step(() => ones(3).MoveToOuterDisposeScope());
        Step(() => zeros(1)).ShouldNotBeSameAs(kept);
        kept.Dispose();
        Step(() => zeros(1)).ShouldNotBeSameAs(kept);
        Should.Throw<ObjectDisposedException>(() => kept.sum());
    }

    [Fact]
    public void What_was_lent_is_never_used_again()
    {
        Tensor? made = null;
        var seen = Step(() =>
        {
            var x = ones(1);
            using (TensorObjects.Lend(x))
                made = x + 1;
            return x;
        });
        var later = Step(() => new[] { zeros(1), zeros(1), zeros(1) });
        later.ShouldAllBe(each => !ReferenceEquals(each, seen) && !ReferenceEquals(each, made));
        Should.Throw<ObjectDisposedException>(() => seen.sum());
        Should.Throw<ObjectDisposedException>(() => made!.sum());
    }

    [Fact]
    public void What_a_hook_sees_is_lent()
    {
        using var module = new Doubling();
        var seen = new List<Tensor>();
        module.register_forward_hook((_, x, y) =>
        {
            seen.AddRange([x, y]);
            return y;
        });
        Step(() => module.call(ones(1)));
        var later = Step(() => new[] { zeros(1), zeros(1), zeros(1) });
        seen.Count.ShouldBe(2);
        seen.Intersect(later, ReferenceEqualityComparer.Instance).ShouldBeEmpty();
    }

    [Fact]
    public void A_step_within_a_step_belongs_to_it()
    {
        objects.Begin().ShouldBeTrue();
        new TensorObjects().Begin().ShouldBeFalse();
        objects.Begin().ShouldBeFalse();
        objects.End();
    }

    [Fact]
    public void The_second_step_makes_no_objects()
    {
        void Work()
        {
            using var scope = NewDisposeScope();
            var x = ones(4);
            for (var i = 0; i < 100; i++)
                x = x * 2 + x;
        }

        long Bytes()
        {
            objects.Begin();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Work();
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            objects.End();
            return bytes;
        }

        var first = Bytes();
        first.ShouldBeGreaterThan(200 * 40);
        Bytes();
        Bytes().ShouldBeLessThan(200); // the scope itself
    }

    private T Step<T>(Func<T> work)
    {
        objects.Begin().ShouldBeTrue();
        try
        {
            using var scope = NewDisposeScope();
            return work();
        }
        finally
        {
            objects.End();
        }
    }

    private sealed class Doubling() : nn.Module<Tensor, Tensor>("Doubling")
    {
        public override Tensor forward(Tensor input) => input * 2;
    }
}
