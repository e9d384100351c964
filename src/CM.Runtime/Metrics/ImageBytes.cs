namespace CM.Runtime;

/// <summary>How images from −1 to 1 become bytes before features are taken; distances under different rules must not be compared.</summary>
internal enum ByteRule
{
    /// <summary>127.5·x + 128, cut to 0…255 and rounded down: StyleGAN2's metrics, ECT, TCM.</summary>
    StyleGan,

    /// <summary>(x/2 + ½)·255 of x cut to −1…1, rounded down: torchmetrics, VCT.</summary>
    TorchMetrics,

    /// <summary>The same after the whole batch was stretched from its own smallest and largest number to −1…1: the code of GC.</summary>
    BatchRange,
}

/// <summary>Images as bytes.</summary>
internal static class ImageBytes
{
    /// <summary>Images as whole numbers from 0 to 255, in the type and shape that they have.</summary>
    /// <param name="images">Images, from −1 to 1, any shape, float32.</param>
    /// <param name="rule">Rule.</param>
    public static Tensor Of(Tensor images, ByteRule rule)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var bytes = rule switch
        {
            ByteRule.StyleGan => (images * 127.5 + 128).clamp_(0, 255),
            ByteRule.TorchMetrics => Halved(images.clamp(-1, 1)),
            _ => Halved(Stretched(images)),
        };
        return bytes.floor_().MoveToOuterDisposeScope();
    }

    private static Tensor Halved(Tensor images) => (images / 2 + 0.5) * 255;

    private static Tensor Stretched(Tensor images)
    {
        var least = images.min();
        return (images - least) / (images.max() - least) * 2 - 1;
    }
}
