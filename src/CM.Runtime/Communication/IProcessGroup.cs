namespace CM.Runtime;

/// <summary>The processes that share the batches of a training. All of them call the same methods in the same order.</summary>
internal interface IProcessGroup : IDisposable
{
    /// <summary>
    /// The place of this process, from 0 up to, but not including, <see cref="Size"/>; rank 0 writes files and tells the user.
    /// </summary>
    int Rank { get; }

    /// <summary>Number of processes.</summary>
    int Size { get; }

    /// <summary>Replaces a tensor by its sum over all processes; all get the same bits.</summary>
    /// <exception cref="LostPeerException">A process is gone, or did not answer in time.</exception>
    void Sum(Tensor tensor);

    /// <summary>
    /// The tensors of all processes, of the same shape on each, one after the other along axis 0; the caller disposes of it.
    /// </summary>
    /// <exception cref="LostPeerException">A process is gone, or did not answer in time.</exception>
    Tensor Gather(Tensor tensor);
}

/// <summary>Another process of the training is gone, or did not answer in time. The program ends with code 2.</summary>
internal sealed class LostPeerException(string message, Exception inner) : Exception(message, inner);
