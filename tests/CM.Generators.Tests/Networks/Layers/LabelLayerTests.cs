using TorchSharp;
using static CM.Generators.Tests.OneLayer;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Embeddings of classes and of augmentations.</summary>
public sealed class LabelLayerTests
{
    private static Tensor OneHot(params long[] classes) => nn.functional.one_hot(tensor(classes), 4).to(float32);

    [Fact]
    public void Classes_are_scaled_by_the_root_of_their_number()
    {
        ShouldGive("[ClassEmbedding(4, 3)]", "\"B\", 4", "\"B\", 3", OneHot(2, 0), (store, x) => x.matmul(store["Only.weight"].t()) * 2 + store["Only.bias"]);
        ShouldGive("[ClassEmbedding(4, 3, Scale = 1, Bias = false)]", "\"B\", 4", "\"B\", 3", OneHot(2, 0), (store, x) => x.matmul(store["Only.weight"].t()));
    }

    [Fact]
    public void Augmentation_of_an_example_as_it_is_adds_nothing()
    {
        ShouldGive("[AugmentEmbedding(4, 3)]", "\"B\", 4", "\"B\", 3", linspace(-1, 1, 8, float32).view(2, 4), (store, x) => x.matmul(store["Only.weight"].t()));
        ShouldGive("[AugmentEmbedding(4, 3)]", "\"B\", 4", "\"B\", 3", zeros(2, 4), (_, _) => zeros(2, 3), gradients: false);
    }

    [Fact]
    public void Label_dropout_takes_whole_labels_at_its_rate_while_training_and_never_otherwise()
    {
        var emitted = Emitted.From(Declare("[ClassEmbedding(4, 3, LabelDropout = 0.3, Bias = false)]", "\"B\", 4", "\"B\", 3"));
        using var store = emitted.NewStore("Net");
        using var module = emitted.NewModule("Net", store);
        var labels = OneHot(1).expand(5000, 4);
        manual_seed(5);
        var rows = Emitted.Forward(module, labels)[0];
        var kept = rows.ne(0).to(float32).mean([1]);
        kept.eq(0).to(float32).mean().ToSingle().ShouldBe(0.3f, 0.02f);
        (kept.eq(0).to(float32) + kept.eq(1).to(float32)).min().ToSingle().ShouldBe(1);
        rows.abs().amax([0]).allclose(store["Only.weight"].select(1, 1).abs() * 2).ShouldBeTrue();

        module.eval();
        Emitted.Forward(module, labels)[0].ne(0).all().item<bool>().ShouldBeTrue();
    }
}
