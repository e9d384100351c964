namespace CM.Runtime;

/// <summary>A network by whose features images are judged.</summary>
internal abstract class FeatureNetwork : IDisposable
{
    /// <summary>Description for people.</summary>
    public abstract string Name { get; }

    /// <summary>Everything that decides its features, as a hash or in words; statistics are kept under it.</summary>
    public abstract string Identity { get; }

    /// <summary>Whether covariances are divided by n − 1 instead of by n.</summary>
    public virtual bool Unbiased => true;

    /// <summary>Features of images and, where it tells classes apart, their logits.</summary>
    /// <param name="images">Images, from −1 to 1, <c>[n, channels, height, width]</c>, on the network's device.</param>
    /// <returns><c>[n, d]</c>, and <c>[n, classes]</c> or null; the caller disposes of both.</returns>
    public abstract (Tensor Features, Tensor? Logits) Look(Tensor images);

    public abstract void Dispose();
}
