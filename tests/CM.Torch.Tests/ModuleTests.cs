using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

public class ModuleTests
{
    private sealed class Dense : nn.Module<Tensor, Tensor>
    {
        public readonly Parameter weight, bias;

        public Dense(long inputs, long outputs) : base(nameof(Dense))
        {
            weight = new Parameter(ones(outputs, inputs));
            bias = new Parameter(zeros(outputs));
            register_parameter(nameof(weight), weight);
            register_parameter(nameof(bias), bias);
            register_buffer("scale", tensor(2f));
            register_buffer("scratch", tensor(0f), persistent: false);
        }

        protected override void RegisterComponents() { }

        public override Tensor forward(Tensor x) => nn.functional.linear(x, weight, bias);
    }

    private sealed class Pair : nn.Module<Tensor, Tensor, Tensor>
    {
        // Found by their fields, as in TorchSharp.
        private readonly Dense first = new(2, 3), second = new(2, 3);
        private readonly Tensor constant = tensor(1f);

        public Pair() : base(nameof(Pair)) => RegisterComponents();

        public override Tensor forward(Tensor x, Tensor y) => first.call(x) + second.call(y) * constant;
    }

    [Fact]
    public void Names_follow_the_tree()
    {
        using var module = new Pair();
        module.named_parameters().Select(pair => pair.name).ShouldBe(["first.weight", "first.bias", "second.weight", "second.bias"]);
        module.named_parameters(recurse: false).ShouldBeEmpty();
        module.named_buffers().Select(pair => pair.name).ShouldBe(["constant", "first.scale", "first.scratch", "second.scale", "second.scratch"]);
        module.state_dict().Keys.ShouldBe(["first.weight", "first.bias", "second.weight", "second.bias", "constant", "first.scale", "second.scale"]);
        module.named_children().Select(pair => pair.name).ShouldBe(["first", "second"]);
        module.get_parameter("second.bias")!.shape.ShouldBe([3]);
        module.has_buffer("first.scale").ShouldBeTrue();
        module.parameters().All(parameter => parameter is { requires_grad: true, is_leaf: true }).ShouldBeTrue();
    }

    [Fact]
    public void State_goes_from_one_module_to_another()
    {
        using var source = new Pair();
        using var target = new Pair();
        using (no_grad())
            source.get_parameter("first.weight")!.fill_(5);
        var (missing, unexpected) = target.load_state_dict(source.state_dict());
        (missing.Count, unexpected.Count).ShouldBe((0, 0));
        target.get_parameter("first.weight")!.sum().item<float>().ShouldBe(30);

        var partial = source.state_dict();
        partial.Remove("first.bias");
        partial["extra"] = partial["constant"];
        Should.Throw<InvalidOperationException>(() => target.load_state_dict(partial)).Message.ShouldContain("missing [first.bias], unexpected [extra]");
        target.load_state_dict(partial, strict: false).missing_keys.ShouldBe(["first.bias"]);

        using var wrong = zeros(9);
        Should.Throw<InvalidOperationException>(() => target.load_state_dict(new() { ["constant"] = wrong }, strict: false)).Message.ShouldContain("'constant' has shape [9]");
    }

    [Fact]
    public void A_module_moves_in_place_and_keeps_its_parameters_as_objects()
    {
        using var module = new Dense(2, 3);
        module.to(ScalarType.Float64).ShouldBeSameAs(module);
        module.weight.dtype.ShouldBe(ScalarType.Float64);
        module.weight.requires_grad.ShouldBeTrue();
        module.weight.is_leaf.ShouldBeTrue();
        using var x = ones(1, 2, dtype: ScalarType.Float64);
        using var y = module.forward(x);
        y.sum().item<double>().ShouldBe(6);
    }

    [Fact]
    public void Training_gradients_and_functions_reach_every_part()
    {
        using var scope = NewDisposeScope();
        using var module = new Pair();
        module.training.ShouldBeTrue();
        module.eval();
        module.children().All(child => !child.training).ShouldBeTrue();
        module.train();
        module.call(ones(1, 2), ones(1, 2)).sum().backward();
        module.parameters().All(parameter => parameter.grad is not null).ShouldBeTrue();
        module.zero_grad(set_to_none: false);
        module.parameters().Sum(parameter => parameter.grad!.abs().sum().item<float>()).ShouldBe(0);
        module.zero_grad();
        module.parameters().All(parameter => parameter.grad is null).ShouldBeTrue();
        var seen = new List<string>();
        module.apply(part => seen.Add(part.GetName()));
        seen.ShouldBe(["Dense", "Dense", "Pair"]);
    }

    [Fact]
    public void Hooks_watch_and_change_calls_until_removed()
    {
        using var scope = NewDisposeScope();
        using var module = new Dense(2, 1);
        var before = module.register_forward_pre_hook((_, x) => x * 10);
        var after = module.register_forward_hook((_, _, y) => y + 1);
        module.call(ones(1, 2)).item<float>().ShouldBe(21);
        before.remove();
        after.remove();
        module.call(ones(1, 2)).item<float>().ShouldBe(2);
    }

    [Fact]
    public void A_parameter_takes_over_its_data()
    {
        var data = ones(2);
        using var parameter = new Parameter(data);
        data.IsInvalid.ShouldBeTrue();
        parameter.requires_grad.ShouldBeTrue();
        using var frozen = new Parameter(ones(2), requires_grad: false);
        frozen.requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void A_name_is_given_once()
    {
        using var module = new Dense(1, 1);
        using var again = ones(1);
        Should.Throw<InvalidOperationException>(() => module.register_buffer("weight", again)).Message.ShouldContain("'weight'");
    }
}
