using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

[Collection("counts tensors")]
public class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        Tensor inside, moved, detached;
        using var outer = NewDisposeScope();
        using (var scope = NewDisposeScope())
        {
            CurrentDisposeScope.ShouldBe(scope);
            (inside, moved, detached) = (ones(1), ones(1), ones(1));
            scope.DisposablesCount.ShouldBe(3);
            moved.MoveToOuterDisposeScope();
            detached.DetachFromDisposeScope();
            scope.Contains(inside).ShouldBeTrue();
            outer.Contains(moved).ShouldBeTrue();
        }
        inside.IsInvalid.ShouldBeTrue();
        moved.IsInvalid.ShouldBeFalse();
        CurrentDisposeScope.ShouldBe(outer);
        outer.Dispose();
        moved.IsInvalid.ShouldBeTrue();
        detached.IsInvalid.ShouldBeFalse();
        detached.Dispose();
        CurrentDisposeScope.ShouldBeNull();
    }

    [Fact]
    public void Without_an_outer_scope_moving_out_detaches()
    {
        Tensor x;
        using (NewDisposeScope())
            x = ones(1).MoveToOuterDisposeScope();
        x.IsInvalid.ShouldBeFalse();
        x.Dispose();
    }

    [Fact]
    public void A_tensor_disposed_early_leaves_its_scope()
    {
        using var scope = NewDisposeScope();
        var x = ones(1);
        x.Dispose();
        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Everything_but_what_is_kept_can_be_disposed()
    {
        using var scope = NewDisposeScope();
        var (a, b, c) = (ones(1), ones(1), ones(1));
        scope.DisposeEverythingBut(a, b);
        (a.IsInvalid, b.IsInvalid, c.IsInvalid).ShouldBe((false, false, true));
        scope.Detach(a).Dispose();
        scope.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void Parameters_leave_the_scope_with_their_module()
    {
        Holder module;
        using (NewDisposeScope())
            module = new Holder();
        module.weight.IsInvalid.ShouldBeFalse();
        module.Dispose();
        module.weight.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void Scopes_belong_to_their_thread()
    {
        using var scope = NewDisposeScope();
        Tensor? other = null;
        var thread = new Thread(() => other = ones(1));
        thread.Start();
        thread.Join();
        scope.Contains(other!).ShouldBeFalse();
        other!.Dispose();
    }

    [Fact]
    public void Ten_thousand_operations_leave_no_tensor_behind()
    {
        using var x = randn(16, 16);
        using var weight = randn(16, 16).requires_grad_();
        Work();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 1000; i++)
            Work();
        Tensor.TotalCount.ShouldBe(before);
        Tensor.PeakCount.ShouldBeGreaterThanOrEqualTo(before);

        void Work()
        {
            using var scope = NewDisposeScope();
            var y = matmul(x, weight).tanh() * 2 + 1;
            var (values, _) = y.topk(3);
            var parts = y.split(4);
            cat(parts).sum().add(values.sum()).backward();
            weight.grad = null;
        }
    }

    [Fact]
    public void A_dropped_tensor_is_caught()
    {
        Collect();
        var before = Tensor.TotalCount;
        Drop();
        Tensor.TotalCount.ShouldBe(before + 100);
        Collect();
        Tensor.TotalCount.ShouldBe(before);

        static void Collect()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Drop()
        {
            for (var i = 0; i < 100; i++)
                _ = ones(1000);
        }
    }

    [Fact]
    public void Disposing_twice_is_allowed_and_using_after_is_an_error()
    {
        var x = ones(2);
        x.Dispose();
        x.Dispose();
        x.IsInvalid.ShouldBeTrue();
        Should.Throw<ObjectDisposedException>(() => x + 1);
        Should.Throw<ObjectDisposedException>(() => x.shape);
        x.ToString().ShouldBe("[disposed]");
    }

    [Fact]
    public void A_handle_that_was_given_away_can_be_taken_over()
    {
        var before = Tensor.TotalCount;
        var x = arange(3);
        var handle = x.DecoupleFromNativeHandle();
        x.IsInvalid.ShouldBeTrue();
        Tensor.TotalCount.ShouldBe(before);
        using var y = Tensor.UnsafeCreateTensor(handle);
        y.data<long>().ToArray().ShouldBe([0, 1, 2]);
    }

    [Fact]
    public void Tensors_made_on_one_thread_and_disposed_on_another_are_counted_right()
    {
        var before = Tensor.TotalCount;
        var made = new Tensor[10_000];
        Parallel.For(0, made.Length, i => made[i] = ones(1));
        Tensor.TotalCount.ShouldBe(before + made.Length);
        foreach (var tensor in made)
            tensor.Dispose();
        Tensor.TotalCount.ShouldBe(before);
    }

    private sealed class Holder : nn.Module<Tensor, Tensor>
    {
        public readonly Parameter weight = new(ones(2));

        public Holder() : base(nameof(Holder)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input * weight;
    }
}

/// <summary>Tests that compare counts of live tensors run alone.</summary>
[CollectionDefinition("counts tensors", DisableParallelization = true)]
public class CountsTensors;
