using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

[Collection("default generator")]
public class RandomTests
{
    [Fact]
    public void A_seed_determines_what_follows()
    {
        using var scope = NewDisposeScope();
        manual_seed(7).Dispose();
        var first = randn(100);
        manual_seed(7).Dispose();
        randn(100).Equals(first).ShouldBeTrue();
        randn(100).Equals(first).ShouldBeFalse();
        initial_seed().ShouldBe(7);
    }

    [Fact]
    public void A_state_brings_a_generator_back()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        _ = rand(10, generator: generator);
        var state = generator.get_state();
        var first = rand(10, generator: generator);
        generator.set_state(state);
        rand(10, generator: generator).Equals(first).ShouldBeTrue();
        generator.initial_seed().ShouldBe(3);

        var all = get_rng_state();
        var drawn = randn(5);
        set_rng_state(all);
        randn(5).Equals(drawn).ShouldBeTrue();
    }

    [Fact]
    public void A_generator_of_its_own_leaves_the_default_one_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(1).Dispose();
        var expected = randn(4);
        manual_seed(1).Dispose();
        using var generator = new Generator(99);
        zeros(8).normal_(generator: generator).uniform_(0, 1, generator).bernoulli_(0.5, generator);
        randperm(9, generator: generator);
        randn(4).Equals(expected).ShouldBeTrue();
    }

    [Fact]
    public void Draws_have_their_distributions()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var n = 200_000;
        var normal = empty(n).normal_(3, 2, generator);
        normal.mean().item<float>().ShouldBe(3, 0.03);
        normal.std().item<float>().ShouldBe(2, 0.03);
        var uniform = empty(n).uniform_(-1, 3, generator);
        uniform.mean().item<float>().ShouldBe(1, 0.03);
        (uniform.min().item<float>() >= -1 && uniform.max().item<float>() < 3).ShouldBeTrue();
        empty(n).bernoulli_(0.3, generator).mean().item<float>().ShouldBe(0.3f, 0.01);
        empty(n).exponential_(2, generator).mean().item<float>().ShouldBe(0.5f, 0.01);
        var whole = randint(2, 5, [n], generator: generator);
        (whole.min().item<long>(), whole.max().item<long>()).ShouldBe((2, 4));
        randperm(100, generator: generator).sort().Values.Equals(arange(100)).ShouldBeTrue();
        var chosen = multinomial(tensor(new float[] { 0, 1, 3 }), n, replacement: true, generator);
        chosen.bincount(null!, 3).data<long>().ToArray()[0].ShouldBe(0);
        (chosen == 2).to(ScalarType.Float32).mean().item<float>().ShouldBe(0.75f, 0.01);
    }
}

/// <summary>Tests that seed or read the process's default generator run one after the other.</summary>
[CollectionDefinition("default generator", DisableParallelization = true)]
public class DefaultGenerator;
